using ContainerTrust.Engine.OpenPgp.Messages;

namespace ContainerTrust.Engine.OpenPgp.Armor;

/// <summary>What an armored block says it contains (RFC 9580 section 6.2.1).</summary>
internal enum ArmorKind
{
    /// <summary><c>PGP PUBLIC KEY BLOCK</c>.</summary>
    PublicKey,

    /// <summary><c>PGP PRIVATE KEY BLOCK</c>, or <c>PGP SECRET KEY BLOCK</c> as PGP 2 wrote it.</summary>
    PrivateKey,

    /// <summary><c>PGP SIGNATURE</c>.</summary>
    Signature,

    /// <summary><c>PGP MESSAGE</c>.</summary>
    Message,

    /// <summary><c>PGP SIGNED MESSAGE</c>: cleartext signature framework.</summary>
    SignedMessage,

    /// <summary><c>PGP ARMORED FILE</c>, a GnuPG extension.</summary>
    ArmoredFile,
}
