"""Where the time and the calls of a run went, beside the least that its calls could have taken."""

from pathlib import Path
from typing import Any

import msgspec

from scanner.calls.meter import Meter
from scanner.store.files import write_atomically

SCHEMA = "mlposture/profile/v1"


def write_profile(path: Path, meter: Meter, concurrency: int) -> None:
    """Write the profile as JSON. Raises OSError."""
    write_atomically(path, msgspec.json.format(msgspec.json.encode(profile(meter, concurrency)), indent=1) + b"\n")


def profile(meter: Meter, concurrency: int) -> dict[str, Any]:
    """Phases, operations (most seconds first) and the floor. Times in seconds.

    The floor of the calls that were made is what they took on the line, divided by how many may be there at once; of
    one operation, its own calls alone. More than that was waiting for limits, for slots or for the processor.
    """
    collected = next((phase for phase in meter.phases if phase.name == "collect"), None)
    operations = [
        {"operation": name, **msgspec.structs.asdict(cost), "floor_seconds": cost.seconds / concurrency}
        for name, cost in sorted(meter.costs.items(), key=lambda item: -item[1].seconds)
    ]
    costs = meter.costs.values()
    on_the_line = sum(cost.seconds for cost in costs) / concurrency
    cpu = collected.cpu_seconds if collected else 0.0
    return {
        "schema": SCHEMA,
        "concurrency": concurrency,
        "most_in_flight": meter.most_in_flight,
        "calls": sum(cost.calls for cost in costs),
        "throttled": sum(cost.throttled for cost in costs),
        "phases": [msgspec.structs.asdict(phase) for phase in meter.phases],
        "floor": {
            "calls_seconds": on_the_line,
            "cpu_seconds": cpu,
            "seconds": max(on_the_line, cpu),
            "collect_seconds": collected.seconds if collected else 0.0,
        },
        "operations": operations,
    }
