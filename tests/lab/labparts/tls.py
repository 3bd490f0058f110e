# SPDX-FileCopyrightText: 2026 The Salvor authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A certificate authority of the lab's own, so that sslmode=verify-full can be tried for real."""
import os
from pathlib import Path

from . import state


def authority(folder: Path) -> Path:
    """Makes the CA once per state folder; returns its certificate."""
    certificate, key = folder / "ca.crt", folder / "ca.key"
    if not certificate.exists():
        fresh = folder / ".ca.crt.new"
        state.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
                   "-days", "30", "-subj", "/CN=Salvor test lab", "-keyout", key, "-out", fresh])
        key.chmod(0o600)
        fresh.chmod(0o644)
        fresh.rename(certificate)
    return certificate


def server_certificate(folder: Path, target: Path, addresses, owner=None) -> None:
    """Writes target/server.crt and target/server.key (0600, owned by who runs the server)."""
    ca = authority(folder)
    target.mkdir(parents=True, exist_ok=True)
    key, request, certificate = target / "server.key", target / "server.csr", target / "server.crt"
    names = ",".join(["DNS:localhost"] + [f"IP:{address}" for address in addresses])
    extensions = target / "server.ext"
    extensions.write_text(f"subjectAltName={names}\nbasicConstraints=CA:FALSE\n")
    state.run(["openssl", "req", "-new", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
               "-subj", "/CN=localhost", "-keyout", key, "-out", request])
    state.run(["openssl", "x509", "-req", "-in", request, "-CA", ca, "-CAkey", folder / "ca.key", "-CAcreateserial",
               "-days", "30", "-extfile", extensions, "-out", certificate])
    request.unlink()
    extensions.unlink()
    key.chmod(0o600)
    if owner:
        os.chown(key, owner[0], owner[1])
        os.chown(certificate, owner[0], owner[1])
