"""One side of the streaming benchmark: a process that checks a folder and reads it once."""

import json
import sys
import time
from pathlib import Path
from typing import Any, Final

from hourglass.images import load_folder

#: Less than ten thousand of these images take once they are decoded.
CACHE_BYTES: Final = 8 << 20
_BATCH: Final = 256


def measure(folder: Path) -> dict[str, Any]:
    """Check a folder and read all of it once; return seconds and the process' peaks in MiB.

    On a machine that others use, seconds of the processor say more than those of the clock.
    """
    before, start, work = _peak(), time.perf_counter(), time.process_time()
    images = load_folder(folder, in_memory=0, cache_bytes=CACHE_BYTES).train
    checked, peak_checked = time.perf_counter() - start, _peak()
    check_work = time.process_time() - work
    start, work = time.perf_counter(), time.process_time()
    order = images.order(seed=0, number=0)
    total = 0.0
    for first in range(0, len(order), _BATCH):
        total += float(images.read(order[first : first + _BATCH]).sum())
    return {
        "images": len(images),
        "check_seconds": round(checked, 2),
        "check_processor_seconds": round(check_work, 2),
        "read_seconds": round(time.perf_counter() - start, 2),
        "read_processor_seconds": round(time.process_time() - work, 2),
        "start_mib": round(before, 1),
        "check_peak_mib": round(peak_checked, 1),
        "peak_mib": round(_peak(), 1),
        "pixels_mib": round(images.bytes_at_rest / 2**20, 1),
        "mean": round(total / images.bytes_at_rest, 6),
    }


def _peak() -> float:
    """Return the most memory that this process has had, in MiB."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    (line,) = (line for line in status.splitlines() if line.startswith("VmHWM:"))
    return int(line.split()[1]) / 1024


if __name__ == "__main__":
    print(json.dumps(measure(Path(sys.argv[1]))))
