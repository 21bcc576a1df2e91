using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using ContainerTrust.Engine.Sigstore.Bundles;
using ContainerTrust.Engine.Sigstore.Roots;
using ContainerTrust.Engine.Sigstore.X509;

namespace ContainerTrust.Engine.Sigstore.Logs;

/// <summary>A Rekor log that is trusted, and what it has signed of an entry.</summary>
/// <param name="key">Its key.</param>
/// <param name="logId">Its identifier in entries.</param>
/// <param name="names">What its checkpoints call it in Rekor 2, any of these. Empty if it is not known.</param>
/// <param name="window">When its key counts.</param>
internal sealed class TransparencyLog(SigstorePublicKey key, byte[] logId, IReadOnlyList<string> names, ValidityWindow window)
{
    private const string Unknown = "The log entry is not of a log that is trusted.";

    /// <summary>When its key counts.</summary>
    public ValidityWindow Window => window;

    /// <summary>Its key, DER (RFC 5280 section 4.1).</summary>
    public byte[] SubjectPublicKeyInfo => key.SubjectPublicKeyInfo;

    /// <summary>The log for messages: its host, or else its identifier.</summary>
    public string Name => names.Count > 0 ? names[0] : Convert.ToBase64String(logId);

    /// <summary>
    /// Whether policy.json can have it: the promises of a Rekor 1 log by an ECDSA key are all that containers/image verifies. A log of
    /// Rekor 2 has another identifier than the hash of its key.
    /// </summary>
    public bool IsForPolicies => key.IsEcdsa && logId.AsSpan().SequenceEqual(SHA256.HashData(key.SubjectPublicKeyInfo));

    /// <summary>A log of which only the key is known; its identifier is the key's SHA-256, as Rekor's is.</summary>
    /// <param name="key">The key.</param>
    /// <returns>The log.</returns>
    public static TransparencyLog Of(SigstorePublicKey key) =>
        new(key, SHA256.HashData(key.SubjectPublicKeyInfo), [], ValidityWindow.Unbounded);

    /// <summary>Whether an entry says that it is of this log.</summary>
    /// <param name="untrustedEntry">An entry.</param>
    /// <returns>Whether it does.</returns>
    public bool IsOf(BundleLogEntry untrustedEntry) => untrustedEntry.LogId.AsSpan().SequenceEqual(logId);

    /// <summary>Whether the log's key counts at a time.</summary>
    /// <param name="time">A proven time.</param>
    /// <returns>Whether it does.</returns>
    public bool CountsAt(DateTimeOffset time) => window.Contains(time);

    /// <summary>Verifies what the log has signed of an entry: promise and proof, each where it is there.</summary>
    /// <param name="untrustedEntry">The entry.</param>
    /// <param name="requiresProof">Whether the proof must be there.</param>
    /// <returns>The time at which the log has taken the entry in. Null if it has not signed any.</returns>
    /// <exception cref="SigstoreRefusal">One is there that does not hold, or one is missing.</exception>
    public DateTimeOffset? Verify(BundleLogEntry untrustedEntry, bool requiresProof)
    {
        if (untrustedEntry.Proof is { Checkpoint: { } checkpoint } proof)
            VerifyProof(untrustedEntry, proof, checkpoint);
        else if (requiresProof || untrustedEntry.Promise is null)
            throw new SigstoreRefusal(SigstoreProblem.MissingLogEntry, "The log entry has no proof that it is in the log.");
        if (untrustedEntry.Promise is not { } promise)
            return null;

        // As sigstore-go: promises by other kinds of keys are not verified.
        if (!key.IsEcdsa)
            throw new SigstoreRefusal(SigstoreProblem.LogEntryNotSigned,
                "The log entry's time stamp cannot be verified, as its log's key is not an ECDSA key.");
        if (!key.VerifyEcdsa(SHA256.HashData(Canonical(untrustedEntry)), promise))
            throw new SigstoreRefusal(SigstoreProblem.LogEntryNotSigned, "The log entry's time stamp is not signed by its log.");
        DateTimeOffset time = untrustedEntry.IntegratedTime is > 0 and <= 253_402_300_799
            ? DateTimeOffset.FromUnixTimeSeconds(untrustedEntry.IntegratedTime)
            : throw new SigstoreRefusal(SigstoreProblem.MalformedLogEntry, "The log entry's time is outside the years 1970 to 9999.");
        return CountsAt(time) ? time
            : throw new SigstoreRefusal(SigstoreProblem.LogEntryNotSigned, "The log's key is not valid at the time of the log entry.");
    }

    /// <summary>The refusal of an entry of another log.</summary>
    /// <returns>The refusal.</returns>
    public static SigstoreRefusal Stranger() => new(SigstoreProblem.LogEntryNotSigned, Unknown);

    // The entry in canonical JSON (RFC 8785), which is what the log signs; nothing in it needs an escape.
    private static byte[] Canonical(BundleLogEntry entry) => Encoding.ASCII.GetBytes(string.Create(
        CultureInfo.InvariantCulture,
        $"{{\"body\":\"{Convert.ToBase64String(entry.Body)}\",\"integratedTime\":{entry.IntegratedTime},"
            + $"\"logID\":\"{Convert.ToHexStringLower(entry.LogId)}\",\"logIndex\":{entry.LogIndex}}}"));

    private void VerifyProof(BundleLogEntry entry, BundleInclusionProof proof, string note)
    {
        if (!Checkpoint.TryParse(note, out Checkpoint? checkpoint))
            throw Refused(SigstoreProblem.MalformedLogEntry, "The log entry's checkpoint cannot be read.");
        RequireSigned(checkpoint);
        if (checkpoint.TreeSize != proof.TreeSize || !checkpoint.RootHash.AsSpan().SequenceEqual(proof.RootHash))
            throw Refused(SigstoreProblem.LogEntryNotSigned, "The log entry's proof is for another tree than its checkpoint.");
        if (!MerkleProof.Holds(proof, entry.Body))
            throw Refused(SigstoreProblem.LogEntryNotSigned, "The proof that the entry is in the log does not hold.");

        // Without a promise nobody has signed the index of the whole log; where a log has one tree, they are the same.
        if (entry.Promise is null && entry.LogIndex != proof.LogIndex)
            throw Refused(SigstoreProblem.LogEntryNotSigned, "The log entry's index is not the one that is proven.");
    }

    private void RequireSigned(Checkpoint checkpoint)
    {
        NoteSignature[] own = [.. checkpoint.Signatures.Where(s => s.KeyHint.AsSpan().SequenceEqual(logId.AsSpan(0, 4))
            && IsByKey(checkpoint.SignedText, s.Signature))];
        if (own.Length == 0)
            throw Refused(SigstoreProblem.LogEntryNotSigned, "The log entry's checkpoint is not signed by its log.");
        if (own.Any(s => IsOfTree(checkpoint.Origin, s.Name) || (checkpoint.Origin == s.Name && names.Contains(s.Name))))
            return;
        throw Refused(SigstoreProblem.LogEntryNotSigned, names.Count == 0 && own.Any(s => checkpoint.Origin == s.Name)
            ? "The log entry's checkpoint is one of Rekor 2, and what that log is called is not known: the trusted root has no baseUrl " +
                "of it."
            : "The log entry's checkpoint is signed by its log's key, but for a log of another name.");
    }

    private bool IsByKey(byte[] text, byte[] signature) =>
        key.IsEcdsa ? key.VerifyEcdsa(SHA256.HashData(text), signature) : key.Verify(text, signature);

    // Rekor 1 adds the number of the tree. What it calls itself is its server's host name, often that of a pod, which nobody else knows;
    // its identifier is the hash of its key, so that of Rekor 2's Ed25519 logs none passes for one.
    private bool IsOfTree(string origin, string signer) =>
        origin.StartsWith($"{signer} - ", StringComparison.Ordinal)
        && origin.AsSpan(signer.Length + 3) is { Length: > 0 } tree && tree.IndexOfAnyExceptInRange('0', '9') < 0
        && logId.AsSpan().SequenceEqual(SHA256.HashData(key.SubjectPublicKeyInfo));

    private static SigstoreRefusal Refused(SigstoreProblem problem, string reason) => new(problem, reason);
}
