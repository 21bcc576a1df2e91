using System.Security.Cryptography;
using ContainerTrust.Engine.Sigstore.Logs;
using ContainerTrust.Engine.Sigstore.Roots;
using ContainerTrust.Engine.Sigstore.Timestamps;
using ContainerTrust.Engine.Sigstore.X509;

namespace ContainerTrust.Engine.Sigstore.Bundles;

/// <summary>
/// Verifies bundles by short-lived certificates, as <c>sigstore-go</c> does: each log entry by its log, and that it is about this
/// signature, this certificate and this content; the time by logs and time stamp authorities; the certificate at every time that is
/// proven. No time that is only claimed counts, and not the time of the day. Entries of logs that are not trusted are passed over; one of
/// a trusted log must be there, and each of those must hold.
/// </summary>
/// <param name="root">Whom the user trusts.</param>
/// <param name="takesOldVersions">Whether bundles before version 0.3 are taken, as for files; images need that version.</param>
internal sealed class CertificateBundleVerifier(TrustedRoot root, bool takesOldVersions = false)
{
    /// <summary>Verifies a bundle's signature; what it is about, and who the signer is, is for others.</summary>
    /// <param name="bundle">The bundle.</param>
    /// <param name="signedBytes">What the signature must be over.</param>
    /// <returns>What is proven.</returns>
    /// <exception cref="SigstoreRefusal">A check fails.</exception>
    public ProvenSignature Verify(SigstoreBundle bundle, byte[] signedBytes)
    {
        if (!takesOldVersions)
            BundleContent.RequireThirdVersion(bundle);
        BundleSigner signer = BundleSigner.Read(bundle);
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
            RequireSame(entry, bundle, signer.Leaf, signedBytes);
        }

        DateTimeOffset? integrated = times.Count > 0 ? times[0] : null;
        times.AddRange(Stamped(bundle));
        if (times.Count == 0)
            throw new SigstoreRefusal(
                SigstoreProblem.CertificateNotTimely,
                "Nothing proves when the signature was made: there is no time that a log has signed, and no time stamp of an authority " +
                    "that is trusted.");
        foreach (DateTimeOffset time in times)
        {
            FulcioAuthority.RequirePath(root.Authorities, signer.Leaf, signer.Intermediates, time);
            if (withoutTime.Exists(logs => !logs.Any(log => log.CountsAt(time))))
                throw new SigstoreRefusal(SigstoreProblem.LogEntryNotSigned, "The log's key is not valid at the time of the signature.");
        }

        if (root.CertificateLogs.Count > 0 && !CertificateLog.HaveTakenIn(
            root.CertificateLogs, signer.Leaf, root.Authorities.SelectMany(static a => a.Roots.Concat(a.Intermediates))))
            throw new SigstoreRefusal(
                SigstoreProblem.CertificateNotLogged,
                "No log of certificates that is trusted has signed that it took in the signer's certificate.");
        string fingerprint = signer.Verify(signedBytes, bundle.UntrustedSignature.Span);
        BundleLogEntry first = entries[0];
        return new ProvenSignature(signer.Leaf, fingerprint, first.LogIndex, integrated, times[0]);
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

    private static void RequireSame(BundleLogEntry entry, SigstoreBundle bundle, SigstoreCertificate leaf, byte[] signedBytes)
    {
        if (!LogEntryBody.TryParse(entry, out LogEntryBody? body, out string problem))
            throw new SigstoreRefusal(SigstoreProblem.MalformedLogEntry, $"The log entry cannot be read: {problem}.");
        if (!leaf.Raw.Span.SequenceEqual(body.Certificate))
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

/// <summary>What a bundle's log entries, time stamps and signature prove.</summary>
/// <param name="Leaf">The signer's certificate.</param>
/// <param name="Fingerprint">The fingerprint of its key.</param>
/// <param name="LogIndex">The index of the entry in its log.</param>
/// <param name="IntegratedTime">When a log has taken it in. Null if no log has signed that.</param>
/// <param name="Time">A time at which the signature existed.</param>
internal sealed record ProvenSignature(
    SigstoreCertificate Leaf, string Fingerprint, long LogIndex, DateTimeOffset? IntegratedTime, DateTimeOffset Time);
