using System.Security.Cryptography;
using System.Text;
using ContainerTrust.Engine.Sigstore.Logs;
using ContainerTrust.Engine.Sigstore.X509;

namespace ContainerTrust.Engine.Sigstore;

/// <summary>The transparency logs that a policy accepts: their ECDSA keys, any of which will do.</summary>
internal sealed class RekorLog(IReadOnlyList<SigstorePublicKey> keys)
{
    /// <summary>The logs as bundles name them.</summary>
    /// <returns>The logs.</returns>
    public IReadOnlyList<TransparencyLog> ToLogs() => [.. keys.Select(TransparencyLog.Of)];

    /// <summary>
    /// Verifies that a log has taken in the signature: the log signed the entry, and the entry is about this key or certificate, this
    /// signature and this payload.
    /// </summary>
    /// <param name="untrustedBundle">The annotation.</param>
    /// <param name="untrustedSignature">The signature, decoded.</param>
    /// <param name="untrustedPayload">The payload.</param>
    /// <param name="isKeyOrCertificate">Whether DER is that of an accepted key, or of the signature's certificate.</param>
    /// <returns>The entry.</returns>
    /// <exception cref="SigstoreRefusal">One of the checks fails.</exception>
    public RekorEntry Verify(string untrustedBundle, ReadOnlySpan<byte> untrustedSignature, ReadOnlySpan<byte> untrustedPayload,
        Func<byte[], bool> isKeyOrCertificate)
    {
        if (!RekorEntry.TryParse(Encoding.UTF8.GetBytes(untrustedBundle), out RekorEntry? entry, out string problem))
            throw new SigstoreRefusal(SigstoreProblem.MalformedLogEntry, $"The log entry cannot be read: {problem}.");
        byte[] hash = SHA256.HashData(entry.Canonical);
        if (!keys.Any(key => key.VerifyEcdsa(hash, entry.Signature)))
            throw new SigstoreRefusal(SigstoreProblem.LogEntryNotSigned, "The log entry is not signed by a log that is accepted.");
        if (!HashedRekord.TryParse(entry.UntrustedBody, out HashedRekord? record, out problem))
            throw new SigstoreRefusal(SigstoreProblem.MalformedLogEntry, $"The log entry is not a hashedrekord 0.0.1: {problem}.");
        if (!isKeyOrCertificate(record.KeyOrCertificate))
            throw new SigstoreRefusal(SigstoreProblem.LogEntryOtherKey, "The log entry is about another key or certificate.");
        if (!record.Signature.AsSpan().SequenceEqual(untrustedSignature))
            throw new SigstoreRefusal(SigstoreProblem.LogEntryOtherSignature, "The log entry is about another signature.");
        if (!record.PayloadHash.AsSpan().SequenceEqual(SHA256.HashData(untrustedPayload)))
            throw new SigstoreRefusal(SigstoreProblem.LogEntryOtherPayload, "The log entry is about another payload.");
        return entry;
    }
}
