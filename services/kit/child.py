"""Starting processes that end with us, however we end.

On Linux the child asks the kernel for it (PR_SET_PDEATHSIG) and then becomes the command. It does so in a fresh
interpreter: running Python between fork and exec of a process with threads can crash or hang. The kernel counts the
starting *thread* as the parent, so start children from a thread that lives as long as they should.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import IO, Final

_LAUNCH: Final = """
import ctypes, os, signal, sys
parent, command = int(sys.argv[1]), sys.argv[2:]
ctypes.CDLL(None).prctl(1, signal.SIGKILL)
if os.getppid() != parent:
    sys.exit("the parent has ended")
os.execv(command[0], command)
"""


def spawn(
    command: Sequence[str],
    *,
    output: IO[bytes] | int | None = None,
    cwd: Path | None = None,
    env: Mapping[str, str] | None = None,
    new_session: bool = False,
) -> subprocess.Popen[bytes]:
    """Start a command (its first word is a path); what it prints goes to `output`, or where ours goes."""
    launcher = [sys.executable, "-I", "-S", "-c", _LAUNCH, str(os.getpid())] if sys.platform == "linux" else []
    return subprocess.Popen(  # noqa: S603  commands are ours
        [*launcher, *command], stdout=output, stderr=output, cwd=cwd, env=env, start_new_session=new_session
    )
