using ContainerTrust.Engine.Sigstore.X509;

namespace ContainerTrust.Engine.Sigstore;

/// <summary>What is wrong with a sigstore signature: the first check that failed.</summary>
internal enum SigstoreProblem
{
    /// <summary>Nothing: the signature is good.</summary>
    None,

    /// <summary>It is an attachment of another media type, no image signature.</summary>
    OtherMediaType,

    /// <summary>The annotation with the signature is missing.</summary>
    MissingSignature,

    /// <summary>The annotation with the signature is not base64.</summary>
    MalformedSignature,

    /// <summary>The annotation with the log entry is missing, though a log is required.</summary>
    MissingLogEntry,

    /// <summary>The log entry cannot be read.</summary>
    MalformedLogEntry,

    /// <summary>The log entry is not signed by an accepted log.</summary>
    LogEntryNotSigned,

    /// <summary>The log entry is about another key or certificate.</summary>
    LogEntryOtherKey,

    /// <summary>The log entry is about another signature.</summary>
    LogEntryOtherSignature,

    /// <summary>The log entry is about another payload.</summary>
    LogEntryOtherPayload,

    /// <summary>The annotation with the certificate is missing.</summary>
    MissingCertificate,

    /// <summary>The certificate, or one of its chain, cannot be read.</summary>
    MalformedCertificate,

    /// <summary>No path leads from the certificate to an accepted CA.</summary>
    CertificateNotTrusted,

    /// <summary>The certificate, or one on its path, is not valid at the time that counts.</summary>
    CertificateNotTimely,

    /// <summary>The certificate, or one on its path, may not be used for signatures of code.</summary>
    CertificateUsage,

    /// <summary>The certificate has a critical extension that is not understood.</summary>
    CertificateExtension,

    /// <summary>The certificate names no OIDC issuer, contradicts itself, or names another.</summary>
    CertificateIssuer,

    /// <summary>The certificate is not for the required e-mail address or host name.</summary>
    CertificateSubject,

    /// <summary>The certificate's key is of no algorithm that sigstore signatures use.</summary>
    CertificateKey,

    /// <summary>No log of certificates that is trusted knows the certificate.</summary>
    CertificateNotLogged,

    /// <summary>The signature does not verify with any accepted key.</summary>
    WrongSignature,

    /// <summary>The signature holds, but what was signed is not a claim about an image.</summary>
    MalformedPayload,
}
