namespace ContainerTrust.Engine.OpenPgp.Packets;

/// <summary>Public-key algorithms (RFC 9580 section 9.1; 30 and 31: draft-ietf-openpgp-pqc-16 section 2.1).</summary>
internal enum PublicKeyAlgorithm : byte
{
    Rsa = 1,
    RsaEncryptOnly = 2,
    RsaSignOnly = 3,
    Elgamal = 16,
    Dsa = 17,
    Ecdh = 18,
    Ecdsa = 19,
    EddsaLegacy = 22,
    X25519 = 25,
    X448 = 26,
    Ed25519 = 27,
    Ed448 = 28,
    MlDsa65Ed25519 = 30,
    MlDsa87Ed448 = 31,
}
