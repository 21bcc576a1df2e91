using System.Globalization;
using Xunit.Abstractions;

namespace ContainerTrust.Conformance.Tests.Sigstore;

/// <summary>
/// Generated paths with name constraints before us, OpenSSL's <c>verify</c> and Go's crypto/x509. A yes of ours that one of them refuses
/// fails; where we are stricter is counted by kind. Set CONTAINERTRUST_DIFFERENTIAL to the number of cases, CONTAINERTRUST_SEED to repeat
/// a run, CONTAINERTRUST_CASES to a file that takes the cases with their certificates, so that another implementation can be asked, and
/// CONTAINERTRUST_GO_VERDICTS to a table of such answers in the form of GoVerdicts.txt.
/// </summary>
public sealed class NameConstraintDifferentialTests(ITestOutputHelper output)
{
    private const int DefaultCount = 200;
    private const string Table = "ContainerTrust.Conformance.Tests.Sigstore.GoVerdicts.txt";

    [SkippableFact]
    public void Generated_cases_before_OpenSSL()
    {
        string openssl = Tools.RequireTool("openssl");
        int seed = ReadSetting("CONTAINERTRUST_SEED") ?? Random.Shared.Next();
        int count = ReadSetting("CONTAINERTRUST_DIFFERENTIAL") ?? DefaultCount;
        string directory = Directory.CreateTempSubdirectory("containertrust-x509-").FullName;
        try
        {
            Tally tally = new($"seed {seed}");
            NameConstraintGenerator generator = new(seed);
            List<string> cases = [];
            for (int i = 0; i < count; i++)
            {
                NameConstraintCase next = generator.Next();
                tally.Add(next, next.Judge(), IsAcceptedByOpenSsl(openssl, directory, next));
                cases.Add(string.Join('\t', next, Base64(next.Root), Base64(next.Authority), Base64(next.Leaf)));
            }

            if (Environment.GetEnvironmentVariable("CONTAINERTRUST_CASES") is { } file)
                File.WriteAllLines(file, cases);
            output.WriteLine(tally.ToString());
            tally.RequireNoWrongYes();
            Assert.True(tally.AcceptedByBoth >= count / 20, tally.ToString());
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    [Fact]
    public void The_table_of_Gos_verdicts()
    {
        Tally tally = new("the table");
        foreach (string line in ReadTable())
        {
            // One letter for each kind of Go that the table knows; all of them must say yes.
            string[] parts = line.Split('\t');
            NameConstraintCase next = NameConstraintCase.Parse(parts[1]);
            tally.Add(next, next.Judge(), parts[0].All(static v => v == 'y'));
        }

        output.WriteLine(tally.ToString());
        tally.RequireNoWrongYes();
        Assert.True(tally.Count >= 1_500 && tally.AcceptedByBoth >= tally.Count / 5, tally.ToString());
    }

    private static IEnumerable<string> ReadTable()
    {
        using Stream? stream = Environment.GetEnvironmentVariable("CONTAINERTRUST_GO_VERDICTS") is { } file
            ? File.OpenRead(file)
            : typeof(NameConstraintDifferentialTests).Assembly.GetManifestResourceStream(Table);
        using StreamReader reader = new(stream ?? throw new InvalidOperationException(Table));
        return reader.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries).Where(static l => l[0] != '#');
    }

    private static int? ReadSetting(string name) =>
        int.TryParse(Environment.GetEnvironmentVariable(name), CultureInfo.InvariantCulture, out int value) ? value : null;

    private static string Base64(TestCertificate certificate) => Convert.ToBase64String(certificate.Der);

    private static bool IsAcceptedByOpenSsl(string openssl, string directory, NameConstraintCase next)
    {
        string root = Write(directory, "root", next.Root);
        string authority = Write(directory, "ca", next.Authority);
        string leaf = Write(directory, "leaf", next.Leaf);

        // OpenSSL matches no wildcard that stands right below a top-level domain, which is no matter of constraints.
        List<string> arguments =
        [
            "verify", "-no-CApath", "-no-CAstore", "-CAfile", root, "-untrusted", authority, "-purpose", "any",
            "-attime", TestCertificate.Begin.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture),
        ];
        if (next.AskedEmail is { } email)
            arguments.AddRange(["-verify_email", email]);
        else if (next.AskedHost is "192.0.2.1")
            arguments.AddRange(next.Names.Contains("i:C0000201", StringComparison.Ordinal) ? ["-verify_ip", "192.0.2.1"] : []);
        else if (next.AskedHost!.TrimEnd('.') is var host && host.Split('.').Length > 2)
            arguments.AddRange(["-verify_hostname", host]);
        arguments.Add(leaf);
        return Tools.Run(openssl, arguments).ExitCode == 0;
    }

    private static string Write(string directory, string name, TestCertificate certificate)
    {
        string path = Path.Combine(directory, name);
        File.WriteAllText(path, certificate.Pem);
        return path;
    }
}
