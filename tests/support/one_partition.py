"""A worker on one partition, without Kafka."""

from enrich.runner.tables import PartitionState
from enrich.runner.worker import Input, Send, Share, Worker
from schemas.codec import encode
from schemas.wire import Wire, ms
from tests.support.mentions import T0


class Bench:
    """A worker on one partition, whose tables outlive it."""

    def __init__(self, worker: Worker) -> None:
        self.worker = worker
        self.stored: dict[bytes, bytes] = {}
        worker.forget()
        self._state = PartitionState(self.stored, 0, worker.remembered)
        self._offset = 0

    def feed(
        self, *told: tuple[str, Wire | bytes], level: bool = True, at_ms: int = ms(T0), history: bool = False
    ) -> list[Send]:
        inputs = [
            self._input(topic, model if isinstance(model, bytes) else encode(model), at_ms, history)
            for topic, model in told
        ]
        sends = self.worker.apply({0: Share(inputs, self._state, level)})[0]
        self._keep()
        return sends

    def rest(self, now_ms: int) -> list[Send]:
        sends = self.worker.rest({0: Share([], self._state, level=True)}, now_ms).get(0, [])
        self._keep()
        return sends

    def _keep(self) -> None:
        for key, value in self._state.settle().items():
            if value is None:
                self.stored.pop(key.encode(), None)
            else:
                self.stored[key.encode()] = value

    def restart(self) -> None:
        self.worker.forget()
        self._state = PartitionState(self.stored, 0, self.worker.remembered)

    def keys(self, table: str) -> set[bytes]:
        return {key for key in self.stored if key.startswith(f"0|{table}|".encode())}

    def _input(self, topic: str, value: bytes, at_ms: int, history: bool) -> Input:
        self._offset += 1
        return Input(topic, 0, self._offset, at_ms, value, history=history)
