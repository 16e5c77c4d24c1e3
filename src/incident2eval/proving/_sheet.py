"""The sheet that the child works from: cases with their runs, and the roster, as one JSON file."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from incident2eval.formats import dump_run, load_run
from incident2eval.model import CaseFile, Customer, Customers, Observation, RunSet
from incident2eval.model.customer import HashedCanary, HashedContact, HashedName, Hashes, Use
from incident2eval.proving._given import CaseSheet

_LISTS = ("aliases", "contacts", "canaries")


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """Cases by incident id, and the roster."""

    cases: Mapping[str, CaseSheet]
    customers: Customers


def dump_sheet(sheet: Sheet) -> bytes:
    """The sheet as JSON; test files are not in it, they lie in folders."""
    value = {
        "cases": {incident: _dump_case(one) for incident, one in sheet.cases.items()},
        "customers": _dump_customers(sheet.customers),
    }
    return json.dumps(value).encode()


def load_sheet(data: bytes) -> Sheet:
    """The inverse of `dump_sheet`."""
    value = json.loads(data)
    cases = {incident: _load_case(one) for incident, one in value["cases"].items()}
    return Sheet(cases=cases, customers=_load_customers(value["customers"]))


def _dump_customers(customers: Customers) -> dict[str, object]:
    """The roster; where it holds hashes the child needs their key, and gets it with the sheet alone."""
    return {
        "rows": [
            {key: getattr(row, key) for key in ("id", "name", *_LISTS)} | {"hashes": asdict(row.hashes)}
            for row in customers
        ],
        "key": customers.key.hex() if customers.key is not None else None,
        "beginnings": sorted(customers.beginnings),
    }


def _load_customers(value: Mapping[str, Any]) -> Customers:
    rows = (
        Customer(
            id=row["id"],
            name=row["name"],
            hashes=_load_hashes(row["hashes"]),
            **{key: tuple(row[key]) for key in _LISTS},
        )
        for row in value["rows"]
    )
    return Customers(
        rows=tuple(rows),
        key=bytes.fromhex(value["key"]) if value["key"] is not None else None,
        beginnings=frozenset(value["beginnings"]),
    )


def _load_hashes(value: Mapping[str, Any]) -> Hashes:
    names = (
        HashedName(**(name | {"use": Use(name["use"]), "between": tuple(name["between"])}))
        for name in value["names"]
    )
    contacts = (HashedContact(**(one | {"ends": tuple(one["ends"])})) for one in value["contacts"])
    return Hashes(
        names=tuple(names),
        words=tuple(value["words"]),
        domains=tuple(value["domains"]),
        contacts=tuple(contacts),
        canaries=tuple(HashedCanary(**one) for one in value["canaries"]),
    )


def _dump_case(sheet: CaseSheet) -> dict[str, object]:
    case = sheet.case
    return {
        "case": {
            "incident": case.incident,
            "workflow": case.workflow,
            "customer_id": case.customer_id,
            "input": case.input,
            "inputs": dict(case.inputs),
            "observes": case.observes,
            "facts": dict(case.facts),
        },
        "sets": [
            {
                "name": one.name,
                "live": one.live,
                "runs": {name: dump_run(run) for name, run in one.runs.items()},
            }
            for one in sheet.sets
        ],
    }


def _load_case(value: Mapping[str, Any]) -> CaseSheet:
    case = value["case"] | {"observes": tuple(map(Observation, value["case"]["observes"]))}
    return CaseSheet(
        case=CaseFile(**case),
        sets=tuple(
            RunSet(
                name=one["name"],
                live=one["live"],
                runs={name: load_run(run, what=f"{one['name']}/{name}") for name, run in one["runs"].items()},
            )
            for one in value["sets"]
        ),
    )
