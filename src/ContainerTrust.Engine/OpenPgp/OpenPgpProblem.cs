namespace ContainerTrust.Engine.OpenPgp;

/// <summary>Why a signed message is not good.</summary>
internal enum OpenPgpProblem
{
    /// <summary>It is good.</summary>
    None,

    /// <summary>It is not an OpenPGP message, or a damaged one.</summary>
    Malformed,

    /// <summary>
    /// It is OpenPGP data of another kind: not signed, encrypted, a signature without its content, a cleartext signature, a key.
    /// </summary>
    NotSignedMessage,

    /// <summary>It has more than one signature or message.</summary>
    NotOneSignature,

    /// <summary>It, or what it decompresses to, is larger than <see cref="OpenPgpKeyring.MaxMessageLength"/>.</summary>
    TooLarge,

    /// <summary>An algorithm or version is unknown, or too weak to be used.</summary>
    UnusableAlgorithm,

    /// <summary>The key that it names is not among the keys.</summary>
    UnknownKey,

    /// <summary>The key that it names did not make it over this content.</summary>
    BadSignature,

    /// <summary>The signature has a critical part that is not understood.</summary>
    UnknownCriticalPart,

    /// <summary>The signature has ended.</summary>
    SignatureExpired,

    /// <summary>The signature is older than its key.</summary>
    SignatureBeforeKey,

    /// <summary>The key, or its primary key, is not valid: no self-signature holds, or a subkey did not agree to be bound.</summary>
    KeyNotValid,

    /// <summary>The key, or its primary key, has expired.</summary>
    KeyExpired,

    /// <summary>The key, or its primary key, is revoked.</summary>
    KeyRevoked,

    /// <summary>The key may not sign.</summary>
    KeyNotForSigning,

    /// <summary>It is good, and the release whose verdict was asked for refuses it.</summary>
    NotForConsumer,
}
