namespace ContainerTrust.Engine.OpenPgp.Consumers;

/// <summary>Whose reading of key files counts.</summary>
internal enum KeyFileReading
{
    /// <summary>This product's: every key that can be read is used, and what others lose is noted.</summary>
    All,

    /// <summary>GnuPG's, which stops at a key or signature of version 6.</summary>
    GnuPg,

    /// <summary>Sequoia's, which refuses a file whole for a key that it cannot read.</summary>
    Sequoia,

    /// <summary>
    /// That of golang.org/x/crypto, which reads the first armored block alone and loses a key for any packet of it that it cannot read.
    /// </summary>
    Go,

    /// <summary>That of ProtonMail's OpenPGP for Go, which passes over what it cannot read.</summary>
    NewerGo,
}
