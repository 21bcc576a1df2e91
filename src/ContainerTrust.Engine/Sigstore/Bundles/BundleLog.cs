using System.Security.Cryptography;
using ContainerTrust.Engine.Sigstore.Logs;
using ContainerTrust.Engine.Sigstore.Roots;
using ContainerTrust.Engine.Sigstore.Timestamps;

namespace ContainerTrust.Engine.Sigstore.Bundles;

/// <summary>
/// Verifies the log entries and time stamps of bundles: each entry of a log that is trusted by its log, and that it is about this
/// signature, this key or certificate and this content. Entries of other logs are passed over; one of a trusted log must be there.
/// </summary>
/// <param name="root">Whom the user trusts.</param>
internal sealed class BundleLog(TrustedRoot root)
{
    /// <summary>Verifies the entries of a bundle.</summary>
    /// <param name="bundle">The bundle.</param>
    /// <param name="keyOrCertificate">Who must have signed, DER.</param>
    /// <param name="isKey">Whether that is a public key, and not a certificate.</param>
    /// <param name="signedBytes">What the signature must be over.</param>
    /// <returns>What they prove.</returns>
    /// <exception cref="SigstoreRefusal">There is none, or one does not hold.</exception>
    public LoggedSignature Verify(SigstoreBundle bundle, ReadOnlySpan<byte> keyOrCertificate, bool isKey, byte[] signedBytes)
    {
        if (bundle.UntrustedMaterial.LogEntries.Count == 0)
            throw new SigstoreRefusal(SigstoreProblem.MissingLogEntry, "The bundle has no entry of a log.");
        BundleLogEntry[] entries = [.. bundle.UntrustedMaterial.LogEntries.Where(e => root.Logs.Any(l => l.IsOf(e)))];
        if (entries.Length == 0)
            throw TransparencyLog.Stranger();
        List<DateTimeOffset> times = [];
        List<IReadOnlyList<TransparencyLog>> withoutTime = [];
        foreach (BundleLogEntry entry in entries)
        {
            (DateTimeOffset? time, IReadOnlyList<TransparencyLog> logs) = VerifyEntry(entry, requiresProof: !bundle.IsFirstVersion);
            if (time is not null)
                times.Add(time.Value);
            else
                withoutTime.Add(logs);
            RequireSame(entry, bundle, keyOrCertificate, isKey, signedBytes);
        }

        DateTimeOffset? integrated = times.Count > 0 ? times[0] : null;
        times.AddRange(Stamped(bundle));
        return new LoggedSignature(entries[0].LogIndex, integrated, times, withoutTime);
    }

    // A root can name a log more than once, with a window each; one of them must fit.
    private (DateTimeOffset? Time, IReadOnlyList<TransparencyLog> Logs) VerifyEntry(BundleLogEntry entry, bool requiresProof)
    {
        DateTimeOffset? time = null;
        List<TransparencyLog> good = [];
        SigstoreRefusal? refusal = null;
        foreach (TransparencyLog log in root.Logs.Where(l => l.IsOf(entry)))
        {
            try
            {
                time = log.Verify(entry, requiresProof);
                good.Add(log);
            }
            catch (SigstoreRefusal e)
            {
                refusal ??= e;
            }
        }

        return good.Count > 0 ? (time, good) : throw refusal ?? TransparencyLog.Stranger();
    }

    private static void RequireSame(
        BundleLogEntry entry, SigstoreBundle bundle, ReadOnlySpan<byte> keyOrCertificate, bool isKey, byte[] signedBytes)
    {
        if (!LogEntryBody.TryParse(entry, isKey, out LogEntryBody? body, out string problem))
            throw new SigstoreRefusal(SigstoreProblem.MalformedLogEntry, $"The log entry cannot be read: {problem}.");
        if (!keyOrCertificate.SequenceEqual(body.KeyOrCertificate))
            throw new SigstoreRefusal(SigstoreProblem.LogEntryOtherKey, "The log entry is about another key or certificate.");
        if (!bundle.UntrustedSignature.Span.SequenceEqual(body.Signature))
            throw new SigstoreRefusal(SigstoreProblem.LogEntryOtherSignature, "The log entry is about another signature.");

        // A hashedrekord is about the bytes that are signed, of an envelope too in Rekor 2; the other kinds are about an envelope's
        // payload.
        bool isKindOfContent = bundle.UntrustedEnvelope is null ? !body.IsOfPayload : body.IsOfPayload || body.Kind == "hashedrekord 0.0.2";
        byte[] hash = CryptographicOperations.HashData(
            body.HashAlgorithm,
            body.IsOfPayload && bundle.UntrustedEnvelope is { } envelope ? envelope.Payload.Span : signedBytes);
        if (!isKindOfContent || !body.Hash.AsSpan().SequenceEqual(hash))
            throw new SigstoreRefusal(SigstoreProblem.LogEntryOtherPayload, "The log entry is about another payload.");
    }

    // A time stamp that is of no authority that is trusted proves nothing, and does no harm.
    private List<DateTimeOffset> Stamped(SigstoreBundle bundle)
    {
        List<DateTimeOffset> times = [];
        foreach (byte[] der in bundle.UntrustedMaterial.Timestamps)
        {
            if (TimestampToken.TryParse(der, out TimestampToken? token)
                && root.TimestampAuthorities.Any(a => a.HasStamped(token, bundle.UntrustedSignature.Span)))
                times.Add(token.Time);
        }

        return times;
    }
}

/// <summary>What log entries and time stamps prove of a signature.</summary>
/// <param name="LogIndex">The index of the first entry in its log.</param>
/// <param name="IntegratedTime">When a log has taken it in. Null if no log has signed that.</param>
/// <param name="Times">Every time at which it is proven to have existed.</param>
/// <param name="LogsWithoutTime">The logs of each entry of which the log has not signed when it took it in.</param>
internal sealed record LoggedSignature(
    long LogIndex, DateTimeOffset? IntegratedTime, IReadOnlyList<DateTimeOffset> Times,
    IReadOnlyList<IReadOnlyList<TransparencyLog>> LogsWithoutTime)
{
    /// <summary>Requires that the keys of logs that say no time count at one.</summary>
    /// <param name="time">A time.</param>
    /// <exception cref="SigstoreRefusal">One does not.</exception>
    public void RequireLogsAt(DateTimeOffset time)
    {
        if (LogsWithoutTime.Any(logs => !logs.Any(log => log.CountsAt(time))))
            throw new SigstoreRefusal(SigstoreProblem.LogEntryNotSigned, "The log's key is not valid at the time of the signature.");
    }
}
