"""How much memory a program of a test has had."""

# To be put before a script that a test starts: getrusage would count what the parent had, because
# the system hands that on when a program takes a process over.
PEAK_MEMORY = """
def peak_memory() -> int:
    from pathlib import Path
    status = Path("/proc/self/status")
    if status.exists():
        return int(status.read_text().partition("VmHWM:")[2].split()[0])
    import resource
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
"""
