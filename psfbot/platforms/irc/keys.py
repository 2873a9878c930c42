"""The private key for SASL ECDSA-NIST256P-CHALLENGE."""

from collections.abc import Callable
from pathlib import Path

from psfbot.errors import UserError

CANNOT = "PSFBOT_IRC_ECDSA_KEY names {path}, which I cannot use: {why}. {hint}"
HINT = "Make one with `openssl ecparam -genkey -name prime256v1 -noout -out irc-ecdsa.pem`."


def signer(path: Path) -> Callable[[bytes], bytes]:
    """What signs a digest of 32 bytes with the key in this file."""
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.hazmat.primitives.asymmetric.utils import Prehashed
    from cryptography.hazmat.primitives.hashes import SHA256
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    try:
        key = load_pem_private_key(path.read_bytes(), None)
    except OSError as error:
        raise UserError(CANNOT.format(path=path, why=error.strerror, hint=f"Try `ls -l {path}`.")) from None
    except (ValueError, TypeError, UnsupportedAlgorithm):
        why = "it is no unencrypted private key in PEM form"
        raise UserError(CANNOT.format(path=path, why=why, hint=HINT)) from None
    if not isinstance(key, ec.EllipticCurvePrivateKey) or not isinstance(key.curve, ec.SECP256R1):
        raise UserError(CANNOT.format(path=path, why="its curve is not NIST P-256", hint=HINT))
    return lambda digest: key.sign(digest, ec.ECDSA(Prehashed(SHA256())))
