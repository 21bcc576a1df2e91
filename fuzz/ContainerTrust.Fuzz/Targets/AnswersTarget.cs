using System.Text;
using ContainerTrust.Engine.Config.RegistriesConf;
using ContainerTrust.Engine.Config.RegistriesD;
using ContainerTrust.Engine.Hosts;
using ContainerTrust.Engine.Hosts.Ssh;

namespace ContainerTrust.Fuzz.Targets;

/// <summary>What a host behind SSH answers: the greeting, status lines, contents, directories, links, and what became of a
/// change.</summary>
internal sealed class AnswersTarget : FuzzTarget
{
    private const string Status = "81a4 5 2049 131 0 0 2026-01-31 12:00:00.123456789 +0000|2026-01-31 12:00:00.123456789 +0000";
    private const string Directory = "/etc/containers/registries.d";
    private const string Other = "/etc/other";
    private const int Limit = 1000;

    /// <inheritdoc/>
    public override string Name => "answers";

    /// <inheritdoc/>
    public override IEnumerable<byte[]> Words => Text(
        GivenAnswers.Mark, "\0", "I0\0host\0", "Tstat\0", "VHOME\0/root\0", "E\0", "n" + Other + "\0", "x" + Other + "\0",
        "l" + Directory + "\0", "c1\0" + Other + "\0", "c2\0", "g" + Other + "\0", "r/srv/x\0/y\0\0",
        "k0\0", "f0\0E\0", "F", "Fw\00\0", "Ft\0/etc\0\0", Status, "41ed ", "a1ff ", "8180 9223372036854775807 ", "18446744073709551615",
        "/etc/containers/policy.json\0", Directory + "\0", "fuzz.yaml\0", "\n", "c\0", "cc\0", "l\0", "u\0",
        ": No such file or directory\0", ": Permission denied\0", ": Not a directory\0", ": Too many levels of symbolic links\0",
        ": No space left on device\0", ": File name too long\0", "1969-12-31 23:59:59", "9999-12-31 23:59:59", "\u001b[2J");

    /// <inheritdoc/>
    public override FuzzMaterial Make()
    {
        const string Greeting = "noise\n" + GivenAnswers.Mark + "I0\0web1\0VHOME\0/root\0";
        string policy = File("/etc/containers/policy.json", """{"default":[{"type":"reject"}]}""");
        string section = $"l{Directory}\0fuzz.yaml\0b.yaml\0\0" + File(Directory + "/fuzz.yaml",
            "docker:\n  a:\n    lookaside: https://a/b\n") + $"n{Directory}/b.yaml\0";
        const string Nothing = "n/etc/containers/registries.conf\0n/root/.config/containers/policy.json\0"
            + "x/root/.config/containers/registries.d\0stat: cannot stat: Permission denied\0";
        string first = Greeting + policy + section + Nothing + "E\0";
        string later = File(Other, "hello") + "E\0l/etc/dir\0a\0b\0\0E\0r/srv/x\0/srv/y\0\0E\0";
        return new FuzzMaterial()
            .Add(first + later + $"k0\0{Status}\0E\0")
            .Add(Greeting + "E\0" + $"g{Other}\0{Status}\0hello{GivenAnswers.Mark}\0{Status}\n\0E\0"
                + "n/etc/dir\0E\0r/srv/x\0\0readlink: No such file or directory\0E\0" + $"f0\0E\0{first[Greeting.Length..]}")
            .Add(Greeting + $"c2\0{Other}\0/etc/second\0{Status}\n{Status}\0cc\0hellohello{GivenAnswers.Mark}{Status}\n{Status}\0E\0"
                + "Fw\00\0dd: No space left on device\0")
            .Add(Greeting + $"c1\0{Other}\0{Status}\0l\0{GivenAnswers.Mark}\0E\0" + "Ft\0/etc\0\0")
            .Add(GivenAnswers.Mark + "Tstat\0");
    }

    /// <inheritdoc/>
    public override void Run(byte[] input)
    {
        using SshHost host = GivenAnswers.Connect(input);
        FuzzFinding.Unless(!host.RemoteName.Any(char.IsControl), "A host's name has a control character.");
        FuzzFinding.Unless(host.HomeDirectory is null || host.HomeDirectory[0] == '/', "A home directory is not a path.");
        Try(() => TrustLocations.Find(host, null, null, false));
        Try(() => LookasideConfiguration.Load(host, Directory));
        Try(() => RegistriesConfiguration.Load(host));
        HostFile? file = null;
        Try(() => file = host.TryReadFile(Other, Limit));
        FuzzFinding.Unless(file is null || file.Content.Length <= Limit, "A file is longer than what was asked for.");
        Try(() => host.ListDirectory("/etc/dir"));
        Try(() => host.ResolvePath("/srv/x"));
        Try(() => Change(host, file));
    }

    private static void Change(SshHost host, HostFile? file)
    {
        int done = 0;
        using IHostChange change = host.BeginChange(["/etc"], TimeSpan.FromSeconds(1), CancellationToken.None);
        change.Replace(Other, "new"u8, file);
        change.Complete(_ => done++);
    }

    private static string File(string path, string content)
    {
        string status = Status.Replace(" 5 ", $" {Encoding.UTF8.GetByteCount(content)} ", StringComparison.Ordinal);
        return $"c1\0{path}\0{status}\0c\0{content}{GivenAnswers.Mark}{status}\0";
    }

    private static void Try(Action ask)
    {
        try
        {
            ask();
        }
        catch (TrustException e)
        {
            FuzzFinding.Unless(e.ErrorId.Length > 0, "An error says nothing.");
            FuzzFinding.Unless(!e.Message.Any(char.IsControl), "A message has a control character.");
        }
    }
}
