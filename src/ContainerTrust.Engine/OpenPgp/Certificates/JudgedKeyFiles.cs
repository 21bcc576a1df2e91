using ContainerTrust.Engine.OpenPgp.Consumers;

namespace ContainerTrust.Engine.OpenPgp.Certificates;

/// <summary>
/// Key files, read and judged together, as <c>gpg --import</c> takes them together: what one file says of a key counts for its copies in
/// the others. The one way from files to keys, for all who show, set, audit, merge or verify.
/// </summary>
internal sealed class JudgedKeyFiles
{
    private readonly IReadOnlyList<JudgedCertificate> _all;

    private JudgedKeyFiles(IReadOnlyList<JudgedCertificate> all, IReadOnlyList<JudgedStatement> loose, WarningList warnings)
    {
        _all = all;
        Certificates = [.. all.Where(static c => c.Raw.HasPublicCopy)];
        LooseStatements = loose;
        Warnings = warnings;
    }

    /// <summary>
    /// All certificates in the order in which they came, those that are not used too, but for those that only stand with a private key.
    /// </summary>
    public IReadOnlyList<JudgedCertificate> Certificates { get; }

    /// <summary>A file that Sequoia refuses whole, and what it has that is the reason. Null if it refuses none.</summary>
    public (string File, string What)? RefusalBySequoia { get; private init; }

    /// <summary>Signatures that stand with no key, and what became of them.</summary>
    public IReadOnlyList<JudgedStatement> LooseStatements { get; }

    /// <summary>What was skipped while the files were read, and revocations that are not applied: sentences that name the file.</summary>
    public WarningList Warnings { get; }

    /// <summary>Every signature of the files, and what became of it.</summary>
    public IEnumerable<JudgedStatement> Statements => LooseStatements.Concat(_all.SelectMany(static c => c.Statements));

    /// <summary>Reads and judges.</summary>
    /// <param name="sources">Key files.</param>
    /// <param name="reading">Whose reading of key files counts.</param>
    /// <returns>The certificates.</returns>
    /// <exception cref="TrustException">A file is not a key file, is damaged, too large, or has too many packets.</exception>
    /// <exception cref="TrustFormatException"><c>NoUsableKey</c>: the program whose reading counts refuses a file whole.</exception>
    public static JudgedKeyFiles Read(IReadOnlyList<KeyringSource> sources, KeyFileReading reading = KeyFileReading.All)
    {
        var parser = new KeyFileParser(OpenPgpRules.Current, reading);
        foreach (var source in sources)
            parser.Read(source.Name, source.Content.Span);
        if (reading == KeyFileReading.Sequoia && parser.RefusalBySequoia is { } refusal)
            throw new TrustFormatException(
                "NoUsableKey", refusal.File, 0, 0, "", $"Sequoia refuses the file whole: it has {refusal.What}.");
        return Judge(parser);
    }

    /// <summary>Reads one file and judges it by itself.</summary>
    /// <param name="name">The file's name, for messages.</param>
    /// <param name="content">The file.</param>
    /// <returns>The certificates.</returns>
    /// <exception cref="TrustException">The file is not a key file, is damaged, too large, or has too many packets.</exception>
    public static JudgedKeyFiles Read(string name, ReadOnlySpan<byte> content)
    {
        var parser = new KeyFileParser(OpenPgpRules.Current);
        parser.Read(name, content);
        return Judge(parser);
    }

    private static JudgedKeyFiles Judge(KeyFileParser parser)
    {
        var judge = new CertificateJudge(OpenPgpRules.Current);
        var certificates = parser.Certificates.ConvertAll(judge.Judge);
        var revocations = new RevocationJudge(OpenPgpRules.Current, certificates, parser.Warnings);
        var loose = revocations.Apply(parser.LooseRevocations);
        return new JudgedKeyFiles(certificates, [.. parser.LooseStatements, .. loose], parser.Warnings)
        {
            RefusalBySequoia = parser.RefusalBySequoia,
        };
    }
}
