using System.Globalization;
using ContainerTrust.Conformance.Tests.OpenPgp;
using ContainerTrust.Engine.OpenPgp;

namespace ContainerTrust.Conformance.Tests.Verification;

/// <summary>
/// Certificates made at random and by plan, and changed key files, put to gpg in numbers: what the verifier accepts, gpg accepts. Set
/// CONTAINERTRUST_DIFFERENTIAL for more than 500 of them, CONTAINERTRUST_SEED for others, CONTAINERTRUST_SUMMARY for a file that takes the
/// figures.
/// </summary>
public sealed class CertificateDifferentialTests : IDisposable
{
    private const int BatchSize = 50;

    /// <summary>What reading and judging one certificate and verifying its messages may take, on a busy machine too.</summary>
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(1);

    private static readonly int s_seed = Number("CONTAINERTRUST_SEED", 20261128);
    private static readonly int s_count = Number("CONTAINERTRUST_DIFFERENTIAL", 500);

    private readonly WriterKey[] _pool =
        [.. Enumerable.Range(0, 6).Select(static i => i is 2 or 5 ? new WriterKey() : WriterKey.EllipticCurve())];
    private readonly GpgBatch _gpg = new();

    public void Dispose()
    {
        foreach (WriterKey key in _pool)
            key.Dispose();
        _gpg.Dispose();
    }

    [SkippableFact]
    public void A_certificate_made_at_random_is_never_believed_where_gpg_does_not()
    {
        RandomCertificates certificates = new(_pool, s_seed);
        Compare("random", s_count, certificates.Next);
    }

    [SkippableFact]
    public void A_good_certificate_with_one_odd_statement_is_never_believed_where_gpg_does_not()
    {
        CraftedCertificates certificates = new(_pool);
        Random random = new(s_seed);
        int[] indexes = [.. Enumerable.Range(0, CraftedCertificates.Count)];
        random.Shuffle(indexes);
        int count = Math.Min(s_count, indexes.Length);
        Compare("crafted", count, i => certificates.Make(indexes[i], i));
    }

    [SkippableFact]
    public void A_changed_key_file_is_never_believed_where_gpg_does_not()
    {
        RandomCertificates certificates = new(_pool, s_seed + 1);
        Mutator mutator = new(s_seed);
        Compare("changed", s_count, i =>
        {
            CertificateCase original = certificates.Next(i);
            int which = mutator.Random.Next(original.Files.Count);
            return original with { Name = $"changed {i}",
                Files = [.. original.Files.Select((f, j) => j == which ? mutator.Mutate(f, f) : f)] };
        });
    }

    [SkippableFact]
    public void However_a_key_is_cut_into_blocks_and_files_it_is_never_believed_where_gpg_does_not()
    {
        using KeyFilings filings = new();
        CertificateCase[] all = [.. filings.All()];
        Compare("filed", all.Length, i => all[i]);
    }

    private static int Number(string variable, int otherwise) =>
        int.TryParse(Environment.GetEnvironmentVariable(variable), CultureInfo.InvariantCulture, out int number) ? number : otherwise;

    private void Compare(string what, int count, Func<int, CertificateCase> make)
    {
        GpgTool.RequireVersion22();
        List<string> faults = [];
        SortedDictionary<string, int> stricter = new(StringComparer.Ordinal);
        Dictionary<string, string> examples = [];
        int verdicts = 0, accepted = 0, both = 0;
        for (int from = 0; from < count && faults.Count < 20; from += BatchSize)
        {
            CertificateCase[] cases = [.. Enumerable.Range(from, Math.Min(BatchSize, count - from)).Select(make)];
            GpgVerdict[] theirs = _gpg.Ask(cases.SelectMany(static c => c.Files), [.. cases.SelectMany(static c => c.Messages)]);
            int next = 0;
            foreach (CertificateCase one in cases)
            {
                OpenPgpVerification?[] ours = Judge(one, faults);
                for (int i = 0; i < one.Messages.Count; i++, next++)
                {
                    bool isGood = ours[i] is { IsGood: true };
                    verdicts++;
                    accepted += isGood ? 1 : 0;
                    both += isGood && theirs[next].IsGood ? 1 : 0;
                    if (isGood && !Alone(one, i, theirs[next]).IsGood)
                        faults.Add($"accepted, but gpg says\n{theirs[next].Status}\n{one.Describe(i)}");
                    else if (!isGood && theirs[next].IsGood)
                        Count(stricter, examples, Kind(ours[i]), one, i);
                }
            }
        }

        string kinds = string.Join('\n', stricter.Select(s => $"{s.Value}x {s.Key}"));
        string summary = $"{what}, seed {s_seed}: {count} certificates, {verdicts} verdicts, {accepted} accepted, {faults.Count} that " +
            $"gpg refuses, {stricter.Values.Sum()} refused that gpg accepts:\n{kinds}";
        Console.WriteLine(summary);
        if (Environment.GetEnvironmentVariable("CONTAINERTRUST_SUMMARY") is { } report)
            File.AppendAllText(report, $"{summary}\n{string.Join('\n', examples.Select(static e => $"--- {e.Key}\n{e.Value}"))}\n");
        Assert.True(faults.Count == 0, $"{summary}\n\n{string.Join("\n\n", faults)}");

        // Enough is accepted for the comparison to mean something.
        Assert.True(accepted > verdicts / 50, summary);
        Assert.True(both == accepted, summary);
    }

    private static OpenPgpVerification?[] Judge(CertificateCase one, List<string> faults)
    {
        OpenPgpVerification?[]? verdicts = Watched.Run<OpenPgpVerification?[]>(() =>
        {
            // What gpg refuses as a file it skips, and reads the others.
            List<KeyringSource> sources = [.. one.Files.Select(static f => new KeyringSource("key", f)).Where(IsReadable)];
            if (sources.Count < one.Files.Count)
                return new OpenPgpVerification?[one.Messages.Count];
            OpenPgpKeyring keyring = OpenPgpKeyring.Import(sources);
            return [.. one.Messages.Select(m => keyring.Verify(m, DateTimeOffset.UtcNow))];
        }, s_limit, out string? fault);
        if (fault is not null)
            faults.Add($"{fault}\n{one.Describe(0)}");
        return verdicts ?? new OpenPgpVerification?[one.Messages.Count];
    }

    private static bool IsReadable(KeyringSource source)
    {
        try
        {
            OpenPgpKeyring.Import([source]);
            return true;
        }
        catch (TrustException)
        {
            return false;
        }
    }

    // Once more in a home of its own, where nothing else can have disturbed it.
    private static GpgVerdict Alone(CertificateCase one, int message, GpgVerdict first)
    {
        if (first.IsGood)
            return first;
        using GpgBatch alone = new();
        return alone.Ask(one.Files, [one.Messages[message]])[0];
    }

    // A refused file is refused by both, or is not readable here.
    private static string Kind(OpenPgpVerification? ours) =>
        ours is null ? "a key file is refused" : $"{ours.Problem}: {Words(ours.Reason)}";

    private static string Words(string reason) =>
        string.Join(' ', reason.Split(' ').Where(static w => w.Length < 16 && !w.Any(char.IsAsciiDigit)));

    private static void Count(SortedDictionary<string, int> kinds, Dictionary<string, string> examples, string kind,
        CertificateCase one, int message)
    {
        kinds[kind] = kinds.GetValueOrDefault(kind) + 1;
        string name = one.Name.Split(',') is [var first, var second, var third, ..] ? $"{kind} <- {first},{second},{third}" : kind;
        examples.TryAdd(name, one.Describe(message));
    }
}
