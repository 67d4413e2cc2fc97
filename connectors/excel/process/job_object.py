"""Limits of Windows for the process itself: a job object holds its memory and processor time.

Documented by Microsoft as JOBOBJECT_EXTENDED_LIMIT_INFORMATION and SetInformationJobObject. A process may put itself
into a job even if it is in one already (Windows 8 and later); its own handle keeps the job until it ends.
"""

import ctypes

EXTENDED_LIMIT_INFORMATION = 9
"""The class of the structure, for SetInformationJobObject."""

PROCESS_TIME, PROCESS_MEMORY, DIE_ON_UNHANDLED_EXCEPTION = 0x2, 0x100, 0x400
"""Which limits are in force; the last keeps a dead child from showing a window."""

TICKS = 10_000_000
"""A second in units of 100 nanoseconds."""


class BasicLimits(ctypes.Structure):
    """JOBOBJECT_BASIC_LIMIT_INFORMATION."""

    _fields_ = (
        ("process_time", ctypes.c_int64),
        ("job_time", ctypes.c_int64),
        ("flags", ctypes.c_uint32),
        ("smallest_working_set", ctypes.c_size_t),
        ("largest_working_set", ctypes.c_size_t),
        ("processes", ctypes.c_uint32),
        ("affinity", ctypes.c_size_t),
        ("priority", ctypes.c_uint32),
        ("scheduling", ctypes.c_uint32),
    )


class ExtendedLimits(ctypes.Structure):
    """JOBOBJECT_EXTENDED_LIMIT_INFORMATION."""

    _fields_ = (
        ("basic", BasicLimits),
        ("io_counters", ctypes.c_uint64 * 6),
        ("process_memory", ctypes.c_size_t),
        ("job_memory", ctypes.c_size_t),
        ("peak_process_memory", ctypes.c_size_t),
        ("peak_job_memory", ctypes.c_size_t),
    )


def limit(kernel32: ctypes.CDLL, memory: int, seconds: int) -> bool:
    """Put this process into a job with these limits, and return True if they are in force.

    ``kernel32`` is the library of Windows. A refusal is not an error: the parent's clock holds in any case.
    """
    handle = ctypes.c_void_p
    kernel32.CreateJobObjectW.restype = handle
    kernel32.CreateJobObjectW.argtypes = (handle, ctypes.c_wchar_p)
    kernel32.SetInformationJobObject.argtypes = (handle, ctypes.c_int, handle, ctypes.c_uint32)
    kernel32.GetCurrentProcess.restype = handle
    kernel32.AssignProcessToJobObject.argtypes = (handle, handle)
    limits = ExtendedLimits()
    limits.basic.flags = PROCESS_TIME | PROCESS_MEMORY | DIE_ON_UNHANDLED_EXCEPTION
    limits.basic.process_time = seconds * TICKS
    limits.process_memory = memory
    job = kernel32.CreateJobObjectW(None, None)
    given = ctypes.byref(limits), ctypes.sizeof(limits)
    return bool(
        job
        and kernel32.SetInformationJobObject(job, EXTENDED_LIMIT_INFORMATION, *given)
        and kernel32.AssignProcessToJobObject(job, kernel32.GetCurrentProcess())
    )
