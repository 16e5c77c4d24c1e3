"""What OpenTelemetry's own exporter sends arrives as it was traced."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from opentelemetry.exporter.otlp.proto.http import Compression
from opentelemetry.exporter.otlp.proto.http._log_exporter import OTLPLogExporter
from opentelemetry.sdk._logs import LoggerProvider
from opentelemetry.sdk._logs.export import SimpleLogRecordProcessor
from receiver.sending import summary, traced

from incident2eval import formats
from incident2eval.receiver import Receiver


@pytest.mark.parametrize("compression", [Compression.Gzip, Compression.Deflate, Compression.NoCompression])
def test_spans_keep_their_ids_parents_and_attributes(
    receiver: Receiver, lines: list[bytes], compression: Compression
) -> None:
    with traced(receiver.port, compression=compression) as tracer:
        trace, spans = summary(tracer, "2026-10")

    (run,) = formats.read(b"".join(lines), name="received.jsonl").runs
    assert run.id == trace
    assert run.workflow == "monthly-summary"
    assert {step.id: (step.parent, step.name) for step in run.steps} == spans
    chat = next(step for step in run.steps if step.name == "chat")
    assert chat.kind == "model"
    assert chat.attributes["month"] == "2026-10"
    assert chat.attributes["figures"] == [1.5, 2.5]


def test_several_threads_at_once_lose_nothing(receiver: Receiver, lines: list[bytes]) -> None:
    with traced(receiver.port) as tracer, ThreadPoolExecutor(8) as threads:
        sent = dict(threads.map(lambda number: summary(tracer, f"2026-{number:02}"), range(200)))

    runs = {run.id: run for run in formats.read(b"".join(lines), name="received.jsonl").runs}
    assert runs.keys() == sent.keys()
    for trace, spans in sent.items():
        assert {step.id: (step.parent, step.name) for step in runs[trace].steps} == spans
    assert receiver.received.spans == 600
    assert receiver.received.requests == len(lines)
    assert receiver.received.refused == 0


def test_log_records_join_their_spans(receiver: Receiver, lines: list[bytes]) -> None:
    provider = LoggerProvider()
    exporter = OTLPLogExporter(endpoint=f"http://127.0.0.1:{receiver.port}/v1/logs")
    provider.add_log_record_processor(SimpleLogRecordProcessor(exporter))
    logger = provider.get_logger("tests")
    with traced(receiver.port) as tracer, tracer.start_as_current_span("chat") as span:
        span.set_attribute("gen_ai.operation.name", "chat")
        logger.emit(event_name="gen_ai.user.message", body={"content": "How was October?"})
    provider.shutdown()

    (run,) = formats.read(b"".join(lines), name="received.jsonl").runs
    (step,) = run.steps
    assert "How was October?" in str(step.input)
    assert receiver.received.records == 1
