using System.Globalization;
using ContainerTrust.Engine.Formats.Data;
using ContainerTrust.Engine.Keys;
using ContainerTrust.Engine.OpenPgp;
using ContainerTrust.Engine.OpenPgp.Certificates;
using ContainerTrust.Engine.Sigstore.X509;
using ContainerTrust.Engine.Trust.Consumers;
using ContainerTrust.Engine.Trust.Defaults;

namespace ContainerTrust.Engine.Compliance;

/// <summary>The keys and certificates that requirements name: there, readable, in force, strong. What many scopes share is looked at
/// once.</summary>
internal sealed class KeyMaterialCheck : IComplianceCheck
{
    private const int MostNames = 5;
    private const int SmallestRsa = 2048;

    // The times of a key of OpenPGP are two counts of seconds of 32 bits each, from 1970 on: nothing in it ends later than 272 years after.
    private static readonly TimeSpan s_whole = TimeSpan.FromDays(366 * 273);

    public IReadOnlyList<string> Rules { get; } =
    [
        ComplianceRules.KeyFileMissing, ComplianceRules.KeyFileUnreadable, ComplianceRules.KeyInvalid, ComplianceRules.PrivateKeyExposed,
        ComplianceRules.KeyRevoked,
        ComplianceRules.KeyExpired, ComplianceRules.KeyExpiring, ComplianceRules.KeyUnusable, ComplianceRules.KeyWeak,
        ComplianceRules.KeyLost,
        ComplianceRules.KeyNotReadByAll, ComplianceRules.KeyPartSkipped,
    ];

    public void Run(Audit audit)
    {
        Dictionary<string, Use> uses = new(StringComparer.Ordinal);
        foreach (PolicyEntry entry in audit.Entries)
        {
            foreach (TrustRequirement requirement in entry.Requirements)
            {
                foreach ((KeyMaterialUse kind, IReadOnlyList<Source> sources) in SourcesOf(requirement))
                {
                    IEnumerable<string> named = sources.Select(static s => s.Path is null ? $"data:{s.Data}" : $"path:{s.Path}");
                    string id = $"{kind}\0{string.Join('\0', named)}";
                    if (!uses.TryGetValue(id, out Use? use))
                        uses.Add(id, use = new Use(kind, sources, []));
                    if (use.Scopes.Count == 0 || use.Scopes[^1] != entry.Name)
                        use.Scopes.Add(entry.Name);
                }
            }
        }

        HashSet<string> missing = new(StringComparer.Ordinal);
        foreach (Use use in uses.Values)
        {
            audit.Cancellation.ThrowIfCancellationRequested();
            new Judge(audit, use, missing).Run();
        }
    }

    // The OpenPGP keys of a requirement are judged together, everything else file by file.
    private static IEnumerable<(KeyMaterialUse Kind, IReadOnlyList<Source> Sources)> SourcesOf(TrustRequirement requirement)
    {
        ILookup<bool, KeyMaterial> materials =
            requirement.GetKeyMaterials().Where(static m => m.Use != KeyMaterialUse.NotImplemented)
                .ToLookup(static m => m.Use == KeyMaterialUse.OpenPgp);
        if (materials.Contains(true))
            yield return (KeyMaterialUse.OpenPgp, [.. materials[true].Select(static m => new Source(m.Path, m.Data))]);
        foreach (KeyMaterial material in materials[false])
            yield return (material.Use, [new Source(material.Path, material.Data)]);
    }

    /// <summary>Where keys are: a file, or base64 in the policy.</summary>
    private sealed record Source(string? Path, string? Data)
    {
        public string Name => Path is null ? KeyMaterialFiles.InPolicy : Printable.Of(Path, Printable.NameLength);
    }

    /// <summary>Keys that a requirement takes together, and the scopes that do so.</summary>
    private sealed record Use(KeyMaterialUse Kind, IReadOnlyList<Source> Sources, List<string> Scopes)
    {
        public string? Scope => Scopes.Count == 1 ? Scopes[0] : null;

        public string Words => Scopes.Count <= MostNames
            ? string.Join(", ", Scopes.Select(static s => Printable.Of(s, Printable.NameLength)))
            : $"{string.Join(", ", Scopes.Take(MostNames).Select(static s => Printable.Of(s, Printable.NameLength)))} and " +
                $"{Scopes.Count - MostNames} others";
    }

    private sealed class Judge(Audit audit, Use use, HashSet<string> missing)
    {
        private DateTimeOffset Now => audit.Options.Now;

        private DateTimeOffset Horizon =>
            Now > DateTimeOffset.MaxValue - audit.Options.ExpiringWithin ? DateTimeOffset.MaxValue : Now + audit.Options.ExpiringWithin;

        public void Run()
        {
            List<(Source Source, ReadOnlyMemory<byte> Content)> contents = [];
            foreach (Source source in use.Sources)
            {
                if (Read(source) is { } content)
                    contents.Add((source, content));
            }

            if (use.Kind == KeyMaterialUse.OpenPgp)
            {
                OpenPgp(contents);
                return;
            }

            foreach ((Source source, ReadOnlyMemory<byte> content) in contents)
            {
                if (use.Kind is KeyMaterialUse.PublicKey or KeyMaterialUse.Rekor)
                    PublicKey(source, content.Span);
                else
                    Certificates(source, content.Span);
            }
        }

        private ReadOnlyMemory<byte>? Read(Source source)
        {
            if (source.Path is null)
                return KeyData.Require(source.Data!);
            KeyMaterialFiles.Loaded loaded = audit.Load(source.Path);
            if (loaded.File is { } file)
                return file.Content;

            // Several requirements may name one file, each with others beside it.
            if (missing.Add($"{source.Path}\0{use.Words}"))
            {
                if (loaded.Problem is { } problem)
                    Add(ComplianceRules.KeyFileUnreadable, source,
                        $"The key file {source.Name} of {use.Words} cannot be read, so nothing is accepted by it: {problem.Message}");
                else
                    Add(ComplianceRules.KeyFileMissing, source,
                        $"The key file {source.Name} of {use.Words} is missing, so no image is accepted there. Copy it to " +
                        $"the host.{Origin(source.Name)}");
            }

            return null;
        }

        private static string Origin(string path) => path.StartsWith("/etc/pki/rpm-gpg/RPM-GPG-KEY-redhat-re", StringComparison.Ordinal)
            ? " RHEL has it in the package redhat-release; other distributions may not have it."
            : "";

        private void OpenPgp(List<(Source Source, ReadOnlyMemory<byte> Content)> contents)
        {
            // Each file must be in order by itself; what is said of the keys is said by all files together, where one may revoke what is in
            // another.
            List<(Source Source, OpenPgpKeyring Keyring, ReadOnlyMemory<byte> Content)> sound = [];
            foreach ((Source source, ReadOnlyMemory<byte> content) in contents)
            {
                try
                {
                    OpenPgpKeyring keyring = OpenPgpKeyring.Import([new KeyringSource(source.Name, content)]);
                    if (SecretKeys.AreIn(content.Span))
                        Exposed(source);
                    if (keyring.PrimaryFingerprints.Count == 0)
                        Add(ComplianceRules.KeyInvalid, source,
                            $"{Sentence(source)} holds no key that can be used for {use.Words}: {string.Join(' ', keyring.Warnings)}");
                    else
                        sound.Add((source, keyring, content));
                }
                catch (TrustException e) when (e.Kind != TrustErrorKind.ConnectionFailed)
                {
                    if (content.Span.IndexOf("PRIVATE KEY"u8) >= 0 || (e.ErrorId == "NoUsableKey" && SecretKeys.AreIn(content.Span)))
                        Exposed(source);
                    Add(ComplianceRules.KeyInvalid, source,
                        $"{Sentence(source)} cannot be used for {use.Words}, so nothing is accepted by it: {e.Message}");
                }
            }

            if (sound.Count == 0)
                return;
            OpenPgpKeyring all = sound.Count == 1 ? sound[0].Keyring
                : OpenPgpKeyring.Import([.. sound.Select(static s => new KeyringSource(s.Source.Name, s.Content))]);
            foreach (string warning in all.Warnings)
            {
                bool isUsed = warning.Contains(KeyFile.NotReadByAll, StringComparison.Ordinal);
                Add(isUsed ? ComplianceRules.KeyNotReadByAll : ComplianceRules.KeyPartSkipped, sound[0].Source, warning);
            }

            IReadOnlyList<KeyAssessment> keys = KeyAssessment.Of(all, Now, s_whole);
            if (all.HasLosses || all.Certificates.Any(static c => c.Primary.Packet.Version == 6))
                Lost(all, [.. keys.Where(static k => k.Problem == OpenPgpProblem.None).Select(static k => k.Fingerprint)],
                    [.. sound.Select(static s => (s.Source, s.Keyring))]);
            bool isAnyGood = keys.Any(static k => k.Problem == OpenPgpProblem.None);
            foreach (KeyAssessment key in keys)
                Report(key, sound.Find(s => s.Keyring.PrimaryFingerprints.Contains(key.Fingerprint)).Source ?? sound[0].Source, isAnyGood);
        }

        // Where the host's GnuPG is not known to be one that stops there, the finding is a note.
        private void Lost(OpenPgpKeyring all, HashSet<string> usable, List<(Source Source, OpenPgpKeyring Keyring)> sound)
        {
            bool isKnown = ConsumerName.HasOlderGnuPg(OperatingSystemRelease.Read(audit.Host));
            bool isAnyKept = all.Certificates.Any(
                c => c.LossByGnuPg is null && c.Primary.Packet.Version != 6 && usable.Contains(c.Primary.Packet.Fingerprint));
            if (isKnown && !isAnyKept && all.Certificates.FirstOrDefault(static c => c.Primary.Packet.Version == 6) is { } six
                && !all.Certificates.Any(static c => c.LossByGnuPg is not null))
            {
                string fingerprint = six.Primary.Packet.Fingerprint;
                Source source = sound.Find(s => s.Keyring.PrimaryFingerprints.Contains(fingerprint)).Source ?? sound[0].Source;
                Add(ComplianceRules.KeyLost, source,
                    $"Key {fingerprint} in {source.Name}, required by {use.Words}, is of version 6, which the GnuPG of this host does not "
                        + "read, and no other key there can be used: podman and skopeo on this host accept no image by it. Have the "
                        + "images signed by a key of version 4 too, and name that key in the policy.");
            }

            foreach (var certificate in all.Certificates.Where(static c => c.LossByGnuPg is not null))
            {
                string fingerprint = certificate.Primary.Packet.Fingerprint;
                Source source = sound.Find(s => s.Keyring.PrimaryFingerprints.Contains(fingerprint)).Source ?? sound[0].Source;
                string who = isKnown ? "podman and skopeo on this host accept" : "podman and skopeo built with gpgme accept";
                Add(ComplianceRules.KeyLost, source,
                    $"Key {fingerprint} in {source.Name}, required by {use.Words}, is lost: {certificate.LossByGnuPg}. "
                        + $"So {who} nothing that it signs.{(source.Path is null ? "" : $" {CertificateWarnings.OwnFile}")}",
                    isKnown ? isAnyKept ? ImageTrustSeverity.Warning : null : ImageTrustSeverity.Information);
            }
        }

        private void Report(KeyAssessment key, Source source, bool isAnyGood)
        {
            string who = key.UserId is null ? $"Key {key.Fingerprint}"
                : $"Key {key.Fingerprint} ({Printable.Of(key.UserId, Printable.NameLength)})";
            if (key.Problem != OpenPgpProblem.None)
            {
                string rule = key.Problem switch
                {
                    OpenPgpProblem.KeyExpired => ComplianceRules.KeyExpired,
                    OpenPgpProblem.KeyRevoked => ComplianceRules.KeyRevoked,
                    _ => ComplianceRules.KeyUnusable,
                };
                string rest = isAnyGood ? "Other keys there are used; take this one out."
                    : "No image is accepted by it any more; get the current key.";
                string ofKey = $"Key {key.Fingerprint} ";
                string reason = key.Reason.StartsWith(ofKey, StringComparison.Ordinal) ? key.Reason[ofKey.Length..]
                    : $"cannot sign: {key.Reason}";
                Add(rule, source, $"{who} in {source.Name}, required by {use.Words}, {reason} {rest}",
                    isAnyGood ? ImageTrustSeverity.Warning : null);
            }

            if (key.Ends is { } ends)
            {
                audit.KeyEnds(ends);
                if (ends <= Horizon)
                    Expiring(source, who, ends);
            }

            foreach (string weakness in key.Weaknesses.Distinct())
            {
                string? known = weakness == KeyAssessment.SelfSignedBySha1 ? VendorKeys.WhySelfSignedBySha1(key.Fingerprint) : null;
                Add(ComplianceRules.KeyWeak, source,
                    $"{who} in {source.Name}, required by {use.Words}, is weak: {weakness}." +
                        (known is null ? "" : $" {known}, and its fingerprint is known; there is nothing to do."),
                    known is null ? null : ImageTrustSeverity.Information);
            }
        }

        private void PublicKey(Source source, ReadOnlySpan<byte> content)
        {
            try
            {
                KeyReadResult read = PemPublicKeyReader.Read(content, source.Name);
                if (SecretKeys.AreIn(content))
                    Exposed(source);
                foreach (string warning in read.Warnings)
                    Add(ComplianceRules.KeyPartSkipped, source, warning);
                foreach (TrustKey key in read.Keys)
                {
                    if (use.Kind == KeyMaterialUse.Rekor && key.Algorithm != "ECDSA")
                        Add(ComplianceRules.KeyInvalid, source,
                            $"{Sentence(source)} holds a key of the algorithm {key.Algorithm}, and podman and skopeo take only ECDSA " +
                            $"keys for a Rekor log, so {use.Words} accepts nothing.");
                    if (key is { Algorithm: "RSA", Size: > 0 and < SmallestRsa })
                        Add(ComplianceRules.KeyWeak, source,
                            $"The key in {source.Name}, required by {use.Words}, is weak: RSA with {key.Size} bits is too short.");
                }
            }
            catch (TrustException e) when (e.Kind != TrustErrorKind.ConnectionFailed)
            {
                if (SecretKeys.AreIn(content))
                    Exposed(source);
                Add(ComplianceRules.KeyInvalid, source,
                    $"{Sentence(source)} cannot be used for {use.Words}, so nothing is accepted by it: {e.Message}");
            }
        }

        private void Certificates(Source source, ReadOnlySpan<byte> content)
        {
            if (SecretKeys.AreIn(content))
                Exposed(source);
            List<string> faults = [];
            List<CertificateFacts> certificates = CertificateCheck.Read(content, use.Kind, faults);
            if (certificates.Count == 0 || (use.Kind == KeyMaterialUse.PkiIntermediates && faults.Count > 0))
            {
                string what = certificates.Count == 0 ? "holds no PEM certificate that can be used"
                    : "holds more than sound PEM certificates";
                Add(ComplianceRules.KeyInvalid, source,
                    $"{Sentence(source)} {what}, so {use.Words} accepts " +
                    $"nothing{(faults.Count == 0 ? "" : $": {string.Join("; ", faults)}")}.");
                return;
            }

            foreach (string fault in faults)
                Add(ComplianceRules.KeyPartSkipped, source, $"In {source.Name}, {fault}; the other certificates are used.");
            bool isNoneUsable = CertificateFacts.IsNoneUsable(certificates, use.Kind, Now.UtcDateTime);
            foreach (CertificateFacts certificate in certificates)
            {
                string who = $"Certificate {certificate.Subject}";
                string rest = use.Kind == KeyMaterialUse.FulcioCA ? "Only signatures of its time can be accepted by it."
                    : "What it vouches for is not accepted any more.";
                ImageTrustSeverity? severity = isNoneUsable && use.Kind == KeyMaterialUse.PkiRoots ? null : ImageTrustSeverity.Warning;
                if (certificate.Ends < Now.UtcDateTime)
                    Add(ComplianceRules.KeyExpired, source,
                        $"{who} in {source.Name}, required by {use.Words}, ended on {Day(certificate.Ends)}. {rest}", severity);
                else if (certificate.Begins > Now.UtcDateTime)
                    Add(ComplianceRules.KeyUnusable, source,
                        $"{who} in {source.Name}, required by {use.Words}, begins only on {Day(certificate.Begins)}.", severity);
                else if (certificate.Ends <= Horizon.UtcDateTime)
                    Expiring(source, who, certificate.Ends);
                if (certificate.Ends >= Now.UtcDateTime)
                    audit.KeyEnds(new DateTimeOffset(certificate.Ends, TimeSpan.Zero));
                if (certificate.Fault is { } flaw)
                    Unusable(source, who, certificate, flaw, isNoneUsable);
                if (certificate.IsShort)
                    Add(ComplianceRules.KeyWeak, source,
                        $"{who} in {source.Name}, required by {use.Words}, is weak: RSA with {certificate.RsaBits} bits is too short.");
            }
        }

        private void Unusable(Source source, string who, CertificateFacts certificate, string fault, bool isNoneUsable)
        {
            string rest = !certificate.IsUseless ? "" : isNoneUsable
                ? " No image is accepted by this file; get the CA's current certificates."
                : " No signature that depends on it is accepted.";
            ImageTrustSeverity? severity = isNoneUsable && certificate.IsUseless ? null : ImageTrustSeverity.Warning;
            Add(ComplianceRules.KeyUnusable, source, $"{who} in {source.Name}, required by {use.Words}, {fault}.{rest}", severity);
        }

        private void Expiring(Source source, string who, DateTimeOffset ends) =>
            Add(ComplianceRules.KeyExpiring, source,
                $"{who} in {source.Name}, required by {use.Words}, ends on {Day(ends.UtcDateTime)}, in " +
                $"{Math.Max(0, (int)(ends - Now).TotalDays)} days. Get its successor in time.");

        private void Exposed(Source source) =>
            Add(ComplianceRules.PrivateKeyExposed, source,
                $"{Sentence(source)}, which everybody may read, holds a private key. Take it out, and take the key as lost to others.");

        private void Add(string rule, Source source, string message, ImageTrustSeverity? severity = null) =>
            audit.Add(rule, message, source.Path ?? audit.Store.Locations.PolicyPath, use.Scope, severity: severity);

        private static string Sentence(Source source) => source.Path is null ? "The key inside the policy" : $"The file {source.Name}";

        private static string Day(DateTime time) => time.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
    }
}
