"""A request that is refused, with the status that its sender is told."""

from http import HTTPStatus


class RefusedError(Exception):
    """The request is not taken; nothing of it was kept."""

    def __init__(self, status: HTTPStatus, message: str) -> None:
        super().__init__(message)
        self.status = status
