using ContainerTrust.Cli;
using ContainerTrust.Engine.Compliance;
using ContainerTrust.Engine.Compliance.Proof;
using ContainerTrust.Engine.Hosts;
using ContainerTrust.Engine.Tests.Trust;
using ContainerTrust.Engine.Trust;
using Xunit.Abstractions;

namespace ContainerTrust.Engine.Tests.Compliance.Proof;

/// <summary>
/// Every fix of made-up hosts, followed as its words say and by the real editor: its finding is gone, and images with signatures are
/// judged as before, but for what the rule is about. The comparison is one of its own (<see cref="PlainJudge"/>).
/// </summary>
public sealed class FixPropertyTests(ITestOutputHelper output)
{
    private const int Worlds = 10_000;
    private const int RunByTheCommand = 300;

    private static readonly string[] s_finds =
        ["SignatureStoreMissing", "MirrorWithoutSignatures", "AttachmentsOff", "BaselineStoreDiffers"];

    private static readonly string[] s_files = ["FileOwnedByOther", "FileUnreadableByUsers", "FileWritableByOthers"];
    private static readonly ComplianceOptions s_options = new() { Now = AuditHost.Now };

    // No fix is about keys, and looking at them is what takes most of the time.
    private static readonly ComplianceOptions s_withoutKeys =
        s_options with { ExcludedRules = [.. ComplianceRules.Excluded(["Key*"]), "PrivateKeyExposed"] };

    [Fact]
    public void No_fix_loses_or_widens_anything()
    {
        Dictionary<string, int> fixes = [];
        List<string> faults = [];
        Lock sync = new();
        Parallel.For(0, Worlds, seed =>
        {
            FixWorld world = new(seed);
            ComplianceOptions options = (seed % 10 == 0 ? s_options : s_withoutKeys) with { Baseline = world.Baseline() };
            foreach ((ImageTrustFinding finding, Advice advice) in Fixes(FixWorld.Store(world.Host()), options))
            {
                DocumentHost after = world.Host();
                string words = ShellLanguage.Instance.Command(advice)!;
                FollowedWords.Do(words, after);
                string? fault = Fault(world, after, finding, words, options.Baseline);
                lock (sync)
                {
                    fixes[finding.RuleId] = fixes.GetValueOrDefault(finding.RuleId) + 1;
                    if (fault is not null)
                        faults.Add($"{seed}: {finding}\n{words}\n{fault}");
                }
            }

            if (seed % 20 == 0)
            {
                foreach ((string rule, string? fault) in FollowFileFixes(world))
                {
                    lock (sync)
                    {
                        fixes[rule] = fixes.GetValueOrDefault(rule) + 1;
                        if (fault is not null)
                            faults.Add($"{seed}: {rule}\n{fault}");
                    }
                }
            }
        });
        output.WriteLine(string.Join('\n', fixes.OrderBy(static f => f.Key).Select(static f => $"{f.Key}: {f.Value}")));
        Assert.True(faults.Count == 0, $"{faults.Count} faults:\n{string.Join("\n\n", faults.Take(5))}");
        Assert.Equal(FixRule.All.Keys.Concat(s_files).Order(StringComparer.Ordinal), fixes.Keys.Order(StringComparer.Ordinal));
        Assert.All(fixes.Values, static n => Assert.InRange(n, 20, int.MaxValue));
    }

    [Fact]
    public void The_command_itself_does_what_a_fix_says()
    {
        int run = 0;
        for (int seed = Worlds; run < RunByTheCommand; seed++)
        {
            FixWorld world = new(seed);
            ComplianceOptions options = s_options with { Baseline = world.Baseline() };
            foreach ((ImageTrustFinding finding, Advice advice) in Fixes(FixWorld.Store(world.Host()), options).Take(2))
            {
                using ScratchRoot root = new();
                foreach ((string path, byte[] content) in world.Files)
                {
                    Directory.CreateDirectory(Path.GetDirectoryName(root.Full(path))!);
                    File.WriteAllBytes(root.Full(path), content);
                }

                DocumentHost memory = world.Host();
                string words = ShellLanguage.Instance.Command(advice)!;
                FollowedWords.Do(words, memory);
                foreach (IReadOnlyList<string> command in FollowedWords.Split(words))
                    Assert.Equal(0, RunCommand([.. command.Skip(1), "--root", root.Path]));
                foreach (string path in memory.Paths)
                    Assert.Equal(memory.TryReadFile(path, int.MaxValue)!.Content.ToArray(), File.ReadAllBytes(root.Full(path)));
                Assert.DoesNotContain(
                    ComplianceChecker.Check(root.Open(), options).Findings,
                    f => f.RuleId == finding.RuleId && f.Scope == finding.Scope
                        && f.Message.StartsWith(finding.Message, StringComparison.Ordinal));
                run++;
            }
        }
    }

    // The fixes of earlier releases, which silenced the audit and lost images: the comparison must see that.
    [Theory]
    [InlineData(
        "MirrorWithoutSignatures",
        """ "a.example.com":[{"type":"signedBy","keyType":"GPGKeys","keyPath":"/k/one.asc"}] """,
        "a.example.com:\n    lookaside: file:///s",
        "containertrust set a.example.com --signature-store https://other.example.com")]
    [InlineData(
        "IdentityUnsatisfiable",
        """
         "a.example.com":[{"type":"sigstoreSigned","keyPath":"/k/one.pub",
        "signedIdentity":{"type":"remapIdentity","prefix":"a.example.com","signedPrefix":"s.example.org"}}]
        """,
        "a.example.com:\n    use-sigstore-attachments: true",
        "containertrust set a.example.com --type sigstoreSigned --key /k/one.pub --signed-identity matchRepository")]
    [InlineData(
        "ScopeUnreachable",
        """ "busybox":[{"type":"signedBy","keyType":"GPGKeys","keyPath":"/k/one.asc"}] """,
        "docker.io:\n    lookaside: file:///s",
        "containertrust set docker.io/library/busybox --key /k/one.asc && containertrust remove busybox")]
    public void The_comparison_sees_a_fix_that_breaks_a_host(string rule, string docker, string section, string words)
    {
        byte[] Text(string text) => System.Text.Encoding.UTF8.GetBytes(text);
        MachineConfigFile[] files =
        [
            new()
            {
                Path = "/etc/containers/policy.json",
                Content = Text($$"""{"default":[{"type":"reject"}],"transports":{"docker":{ {{docker}} } } }"""),
            },
            new() { Path = "/etc/containers/registries.d/a.yaml", Content = Text($"docker:\n  {section}\n") },
            .. FixWorld.Keys.Select(static k => new MachineConfigFile { Path = k.Key, Content = k.Value }),
        ];
        DocumentHost after = new("made", files);
        FollowedWords.Do(words, after);
        PlainJudge before = FixWorld.Judge(new DocumentHost("made", files));
        ImageTrustFinding finding = new() { RuleId = rule, Severity = ImageTrustSeverity.Warning, Message = "" };
        Assert.Contains(
            Enumerable.Range(0, 200), seed => Difference(new FixWorld(seed), before, FixWorld.Judge(after), finding, words) is not null);
    }

    // What only changes who may read or write a file changes nothing of what is accepted; what is to be shown is that it fixes.
    private static List<(string Rule, string? Fault)> FollowFileFixes(FixWorld world)
    {
        List<(string, string?)> followed = [];
        foreach ((ImageTrustFinding finding, Advice advice) in Fixes(FixWorld.Store(world.Owned()), s_withoutKeys))
        {
            if (!s_files.Contains(finding.RuleId))
                continue;
            MemoryHost after = world.Owned();
            string words = ShellLanguage.Instance.Command(advice)!;
            IReadOnlyList<string> command = Assert.Single(FollowedWords.Split(words));
            FilePermissions before = after.TryReadFile(command[^1], int.MaxValue)!.Permissions!.Value;
            (uint mode, uint owner) = (command[0], command[1]) switch
            {
                ("chmod", "go-w") => (before.Mode & ~0x12u, before.UserId),
                ("chmod", "a+r") => (before.Mode | 0x124, before.UserId),
                ("chown", var user) => (before.Mode, uint.Parse(user, System.Globalization.CultureInfo.InvariantCulture)),
                _ => throw new InvalidOperationException(words),
            };
            after.With(command[^1], after[command[^1]], mode, owner);
            ImageTrustFinding[] left = Find(after), were = Find(world.Owned());
            bool isLeft = left.Any(f => f.RuleId == finding.RuleId && f.Path == finding.Path && f.Message == finding.Message);
            int come = left.Count(f => f.Severity > ImageTrustSeverity.Information && !were.Any(w => w.RuleId == f.RuleId
                && w.Path == f.Path && w.Scope == f.Scope));
            followed.Add((finding.RuleId, isLeft ? $"{words}: the finding is still there." : come > 0 ? $"{words}: others came." : null));
        }

        return followed;
    }

    private static ImageTrustFinding[] Find(MemoryHost host) =>
        [.. ComplianceChecker.Find(FixWorld.Store(host), s_withoutKeys, [], CancellationToken.None).Findings];

    private static IEnumerable<(ImageTrustFinding Finding, Advice Fix)> Fixes(TrustStore store, ComplianceOptions options)
    {
        Audit audit = ComplianceChecker.Find(store, options, [], CancellationToken.None);
        FixProof.Resolve(audit);
        return audit.Proven.Select(p => (audit.Findings[p.Key], p.Value));
    }

    private static string? Fault(FixWorld world, DocumentHost after, ImageTrustFinding finding, string words, TrustBaseline? baseline)
    {
        Audit found = ComplianceChecker.Find(
            FixWorld.Store(after), s_withoutKeys with { Baseline = baseline }, [], CancellationToken.None);
        if (found.Findings.Any(f => f.RuleId == finding.RuleId && f.Scope == finding.Scope && f.Message == finding.Message))
            return "The finding is still there.";
        ReadOnlyMemory<byte> policy = after.TryReadFile("/etc/containers/policy.json", int.MaxValue)!.Content;
        if (s_finds.Contains(finding.RuleId) && !policy.Span.SequenceEqual(world.Files["/etc/containers/policy.json"]))
            return "The policy is another one.";
        return Difference(world, FixWorld.Judge(world.Host()), FixWorld.Judge(after), finding, words);
    }

    // What is allowed is said here once more, by rule.
    private static string? Difference(FixWorld world, PlainJudge before, PlainJudge after, ImageTrustFinding finding, string words)
    {
        IReadOnlyList<string> first = FollowedWords.Split(words)[0];
        string scope = first[2];
        bool isDefault = first.Contains("--default");
        foreach ((string image, string place) in world.Images().Where(i => !PlainJudge.IsSame(before, after, i.Image, i.Place)))
        {
            for (int i = 0; i < 8; i++)
            {
                List<MadeSignature> signatures = world.Signatures(before, after, image, place);
                bool was = before.Accepts(image, place, signatures);
                bool becomes = after.Accepts(image, place, signatures);
                bool isBelow = isDefault || PlainJudge.Chain(image).Contains(scope) || (scope.Length == 0 && words.Contains("docker",
                    StringComparison.Ordinal));
                bool isAllowed = finding.RuleId switch
                {
                    _ when was == becomes => true,
                    "DefaultAcceptsAnything" or "ScopeAcceptsAnything" or "BootcDefaultAccepts" => was && before.Accepts(image, place, []),
                    "MirrorOutsidePolicy" => was && isBelow && before.Accepts(image, place, []),
                    "ScopeUnreachable" or "BaselineScopeMissing" or "BaselineScopeExtra" or "BaselineScopeDiffers" => was && isBelow,
                    "BaselineStoreDiffers" => isBelow && before.AcceptsAnywhere(image, place, signatures),
                    "AttachmentsOff" or "SignatureStoreMissing" or "MirrorWithoutSignatures" => becomes
                        && before.AcceptsAnywhere(image, place, signatures),
                    _ => false,
                };
                if (!isAllowed)
                    return $"{image} from {place} was {was}, becomes {becomes} with {string.Join(", ", signatures)}";
            }
        }

        return null;
    }

    private static int RunCommand(string[] arguments)
    {
        System.CommandLine.RootCommand root = new("test") { SetCommand.Create(), RemoveCommand.Create() };
        return root.Parse(arguments).Invoke();
    }
}
