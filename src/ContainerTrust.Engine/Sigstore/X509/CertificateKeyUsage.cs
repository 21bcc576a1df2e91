namespace ContainerTrust.Engine.Sigstore.X509;

/// <summary>The first octet of the key usage extension (RFC 5280 section 4.2.1.3).</summary>
[Flags]
internal enum CertificateKeyUsage
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>Signatures on certificates.</summary>
    CertificateSignature = 0x04,

    /// <summary>Signatures that bind the signer.</summary>
    ContentCommitment = 0x40,

    /// <summary>Signatures on other things.</summary>
    DigitalSignature = 0x80,
}
