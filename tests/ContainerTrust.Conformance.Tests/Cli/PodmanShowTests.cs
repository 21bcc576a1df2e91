using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;

namespace ContainerTrust.Conformance.Tests.Cli;

/// <summary><c>show --podman-json</c> is what <c>podman image trust show --json</c> prints, entry for entry.</summary>
public sealed class PodmanShowTests : IDisposable
{
    private const int Policies = 220;
    private readonly string _root = Directory.CreateTempSubdirectory("containertrust-podman").FullName;

    public void Dispose() => Directory.Delete(_root, true);

    /// <summary>podman wants storage of its own even to show trust.</summary>
    internal static string[] StorageOptions(string directory) =>
        ["--root", directory + "/podman/root", "--runroot", directory + "/podman/run", "--storage-driver", "vfs"];

    [SkippableFact]
    public void The_same_entries_for_generated_policies()
    {
        string podman = CommandLine.Tool("podman");
        CommandLine.Tool("gpg2");
        string ours = CommandLine.Ours;
        string[] keys = MakeKeys();
        string problems = "";
        int compared = 0;
        Random random = new(4301);
        for (int i = 0; i < Policies; i++)
        {
            string directory = Directory.CreateDirectory($"{_root}/{i}").FullName;
            WritePolicy(random, directory + "/policy.json", keys);
            WriteRegistries(random, directory + "/registries.d");
            CommandLine.Result theirs = CommandLine.Run(
                podman, [.. StorageOptions(_root), "image", "trust", "show", "--json", "--policypath", directory + "/policy.json",
                    "--registrypath", directory + "/registries.d"]);
            CommandLine.Result mine = CommandLine.Run(ours, "show", "--podman-json", "--policy", directory + "/policy.json",
                "--registries-d", directory + "/registries.d");
            Assert.True(theirs.ExitCode == 0, theirs.Error);
            Assert.True(mine.ExitCode == 0, mine.Error);
            JsonNode expected = JsonNode.Parse(theirs.Output)!;
            compared += expected.AsArray().Count;
            if (!JsonNode.DeepEquals(expected, JsonNode.Parse(mine.Output)))
                problems += $"policy {i}: podman {theirs.Output}\nours {mine.Output}\n";
        }

        Assert.True(problems.Length == 0, problems.Length > 4000 ? problems[..4000] : problems);
        Assert.True(compared > Policies * 3, $"only {compared} entries were compared");
    }

    private string[] MakeKeys()
    {
        string gpg = CommandLine.Tool("gpg");
        string home = Directory.CreateDirectory(_root + "/gnupg").FullName;
        File.SetUnixFileMode(home, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        List<string> files = [CommandLine.SampleKey, "/no/such/key"];
        string[] users = ["One <one@example.com>", "two@example.com", "Drei: Doppel <drei@example.com>", "Vier Ü <vier@example.com>",
            "Five (no mail)"];
        string all = _root + "/all.asc";
        foreach (string user in users)
        {
            Gpg(gpg, home, "--quick-gen-key", user, "ed25519", "sign", "never");
            string file = $"{_root}/{files.Count}.asc";
            CommandLine.Result exported = Gpg(gpg, home, "--armor", "--export", user);
            File.WriteAllText(file, exported.Output);
            File.AppendAllText(all, "Comment between keys\n" + exported.Output);
            files.Add(file);
        }

        files.Add(all);
        CommandLine.Run("gpgconf", "--homedir", home, "--kill", "all");
        return [.. files];
    }

    private static CommandLine.Result Gpg(string gpg, string home, params string[] arguments)
    {
        CommandLine.Result result = CommandLine
            .Run(gpg, ["--homedir", home, "--batch", "--yes", "--pinentry-mode", "loopback", "--passphrase", "", .. arguments]);
        Assert.True(result.ExitCode == 0, result.Error);
        return result;
    }

    private static string Scope(Random random) => random.Next(8) switch
    {
        0 => $"host{random.Next(4)}.example.com",
        1 => $"host{random.Next(4)}.example.com:5000",
        2 => $"host{random.Next(4)}.example.com/team{random.Next(3)}",
        3 => $"host{random.Next(4)}.example.com/team{random.Next(3)}/app:v{random.Next(3)}",
        4 => $"*.example{random.Next(3)}.com",
        5 => "docker.io/library/busybox",
        6 => $"docker.io/ünï{random.Next(3)}",
        _ => "localhost/x",
    };

    private static void WritePolicy(Random random, string path, string[] keys)
    {
        JsonObject transports = [];
        foreach (string transport in (string[])["docker", "docker-daemon", "dir", "atomic", "something-else"])
        {
            if (random.Next(3) == 0)
                continue;
            JsonObject scopes = [];
            if (random.Next(3) == 0)
                scopes[""] = List(random, keys);
            for (int n = random.Next(5); n > 0; n--)
                scopes[transport == "dir" ? $"/srv/{random.Next(5)}" : transport == "atomic" ? $"host{random.Next(4)}.example.com"
                    : Scope(random)] = List(random, keys);
            transports[transport] = scopes;
        }

        JsonObject policy = new() { ["default"] = List(random, keys) };
        if (random.Next(8) != 0)
            policy["transports"] = transports;
        File.WriteAllText(path, policy.ToJsonString());
    }

    private static JsonArray List(Random random, string[] keys)
    {
        JsonArray list = [];
        for (int n = 1 + (random.Next(4) == 0 ? 1 : 0); n > 0; n--)
            list.Add(Requirement(random, keys));
        return list;
    }

    private static JsonObject Requirement(Random random, string[] keys)
    {
        string key = keys[random.Next(keys.Length)];
        switch (random.Next(7))
        {
            case 0:
                return new JsonObject { ["type"] = "reject" };
            case 1:
                return new JsonObject { ["type"] = "insecureAcceptAnything" };
            case 2:
                return new JsonObject { ["type"] = "sigstoreSigned", ["keyPath"] = "/etc/pki/cosign.pub" };
            case 3:
                string data = Convert.ToBase64String(File.Exists(key) ? File.ReadAllBytes(key) : Encoding.ASCII.GetBytes("nonsense"));
                return new JsonObject { ["type"] = "signedBy", ["keyType"] = "GPGKeys", ["keyData"] = data };
            case 4:
                return new JsonObject { ["type"] = "signedBy", ["keyType"] = "GPGKeys",
                    ["keyPaths"] = new JsonArray(key, keys[random.Next(keys.Length)]) };
            default:
                return new JsonObject { ["type"] = "signedBy", ["keyType"] = "GPGKeys", ["keyPath"] = key,
                    ["signedIdentity"] = new JsonObject { ["type"] = "matchRepository" } };
        }
    }

    private static void WriteRegistries(Random random, string directory)
    {
        if (random.Next(8) == 0)
            return;
        Directory.CreateDirectory(directory);
        HashSet<string> used = [];
        for (int file = random.Next(4); file > 0; file--)
        {
            StringBuilder yaml = new();
            if (used.Add("default") && random.Next(2) == 0)
                yaml.AppendLine("default-docker:").AppendLine("  sigstore: file:///var/lib/containers/sigstore");
            string[] scopes = [.. Enumerable.Range(0, random.Next(4)).Select(_ => Scope(random)).Where(used.Add)];
            if (scopes.Length > 0)
                yaml.AppendLine("docker:");
            foreach (string scope in scopes)
            {
                yaml.AppendLine(CultureInfo.InvariantCulture, $"  \"{scope}\":");
                bool any = false;
                foreach (string name in (string[])["lookaside", "sigstore", "lookaside-staging", "sigstore-staging"])
                {
                    if (random.Next(2) == 0)
                        continue;
                    any = true;
                    yaml.AppendLine(CultureInfo.InvariantCulture, $"    {name}: https://{name}.example.com/{random.Next(100)}");
                }

                if (!any)
                    yaml.AppendLine("    use-sigstore-attachments: true");
            }

            File.WriteAllText($"{directory}/{file}.yaml", yaml.ToString());
        }
    }
}
