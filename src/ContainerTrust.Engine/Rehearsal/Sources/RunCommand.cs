using System.Text.RegularExpressions;

namespace ContainerTrust.Engine.Rehearsal.Sources;

/// <summary>What a command line of podman or docker runs. Where an option is not known, the image is not guessed.</summary>
/// <param name="Image">The image. Null if that is not clear.</param>
/// <param name="KubeFile">The file of Kubernetes that is played. Null for none.</param>
internal sealed partial record RunCommand(string? Image, string? KubeFile)
{
    // Options of podman run, create and pull (5.x) and docker run that take no value. All others do, by "=" or in the next word.
    private static readonly HashSet<string> s_switches = new(StringComparer.Ordinal)
    {
        "all-tags", "debug", "detach", "disable-content-trust", "env-host", "help", "http-proxy", "init", "interactive", "no-healthcheck",
        "no-hostname", "no-hosts", "oom-kill-disable", "passwd", "privileged", "publish-all", "quiet", "read-only", "read-only-tmpfs",
        "remote", "replace", "rm", "rmi", "rootfs", "sig-proxy", "syslog", "tls", "tls-verify",
        "tlsverify", "transient-store", "tty", "unsetenv-all",
    };

    private static readonly HashSet<string> s_values = new(StringComparer.Ordinal)
    {
        "add-host", "annotation", "arch", "attach", "authfile", "blkio-weight", "blkio-weight-device", "cap-add", "cap-drop", "cert-dir",
        "cgroup-conf", "cgroup-parent", "cgroupns", "cgroups", "chrootdirs", "cidfile", "conmon-pidfile", "cpu-period", "cpu-quota",
        "cpu-rt-period", "cpu-rt-runtime", "cpu-shares", "cpus", "cpuset-cpus", "cpuset-mems", "creds", "decryption-key", "detach-keys",
        "device", "device-cgroup-rule", "device-read-bps", "device-read-iops", "device-write-bps", "device-write-iops", "dns",
        "dns-opt", "dns-option", "dns-search", "entrypoint", "env", "env-file", "env-merge", "expose", "gidmap", "gpus", "group-add",
        "group-entry", "health-cmd", "health-interval", "health-log-destination", "health-max-log-count", "health-max-log-size",
        "health-on-failure", "health-retries", "health-start-period", "health-startup-cmd", "health-startup-interval",
        "health-startup-retries", "health-startup-success", "health-startup-timeout", "health-timeout", "hostname", "hosts-file",
        "hostuser", "image-volume", "init-ctr", "init-path", "ip", "ip6", "ipc", "isolation", "label", "label-file", "log-driver",
        "log-opt", "mac-address", "memory", "memory-reservation", "memory-swap", "memory-swappiness", "mount", "name", "net", "network",
        "network-alias", "oom-score-adj", "os", "passwd-entry", "personality", "pid", "pidfile", "pids-limit", "platform", "pod",
        "pod-id-file", "preserve-fd", "preserve-fds", "publish", "pull", "rdt-class", "requires", "restart", "retry", "retry-delay",
        "runtime", "sdnotify", "seccomp-policy", "secret", "security-opt", "shm-size", "shm-size-systemd", "stop-signal",
        "stop-timeout", "storage-opt", "subgidname", "subuidname", "sysctl", "systemd", "timeout", "tmpfs", "tz", "uidmap", "ulimit",
        "umask", "unsetenv", "user", "userns", "uts", "variant", "volume", "volumes-from", "workdir",
        // Before the command.
        "cdi-spec-dir", "cgroup-manager", "config", "conmon", "connection", "context", "events-backend", "host", "hooks-dir", "identity",
        "imagestore", "log-level", "module", "network-cmd-path", "network-config-dir", "out", "root", "runroot", "runtime-flag", "ssh",
        "storage-driver", "tlscacert", "tlscert", "tlskey", "tmpdir", "url", "volumepath",
    };

    private const string ShortSwitches = "ditPqrD";
    private const string ShortValues = "cehHlmpuvw";

    /// <summary>A container is run, and it is not clear from which image.</summary>
    public static RunCommand NotClear { get; } = new(null, null);

    // Commands that pull nothing.
    private static readonly HashSet<string> s_pullsNothing = new(StringComparer.Ordinal)
    {
        "", "attach", "cleanup", "cp", "diff", "events", "exec", "exists", "generate", "healthcheck", "images", "info", "init", "inspect",
        "kill", "list", "login", "logout", "logs", "ls", "network", "pause", "port", "prune", "ps", "rename", "restart", "rm", "rmi",
        "secret", "start", "stats", "stop", "system", "tag", "top", "unpause", "untag", "update", "version", "volume", "wait",
    };

    /// <summary>Whether it is docker that runs it, which asks no policy unless it is podman by another name.</summary>
    public bool IsDocker { get; init; }

    /// <summary>Finds what a command line runs.</summary>
    /// <param name="words">The words of a unit's command line.</param>
    /// <returns>What it runs; none if it does not run programs that pull, or runs nothing new.</returns>
    public static IReadOnlyList<RunCommand> Find(IReadOnlyList<string> words)
    {
        List<RunCommand> found = [];
        List<string> one = [];
        foreach (string word in words.Append(";"))
        {
            if (word != ";")
            {
                one.Add(word);
                continue;
            }

            AddOne(found, one);
            one = [];
        }

        return found;
    }

    private static void AddOne(List<RunCommand> found, List<string> words)
    {
        if (words.Count == 0)
            return;
        string program = words[0].TrimStart('-', '@', ':', '+', '!', '|');

        // After "@" comes the name that the program sees.
        if (words[0].AsSpan(0, words[0].Length - program.Length).Contains('@') && words.Count > 1)
            words.RemoveAt(1);
        string name = program[(program.LastIndexOf('/') + 1)..];
        if (name is "podman" or "docker")
            found.AddRange(OfProgram(words).Select(r => r with { IsDocker = name == "docker" }));
        else if (MayRun(words))
            found.Add(NotClear);
    }

    private static List<RunCommand> OfProgram(List<string> words)
    {
        int at = 1;
        if (!SkipOptions(words, ref at, out _))
            return [NotClear];
        string command = Next(words, ref at) ?? "";
        if (command == "pod")
            return words.Any(static w => w.StartsWith("--infra-image", StringComparison.Ordinal))
                || !(Next(words, ref at) is "create" or null || s_pullsNothing.Contains(words[at - 1])) ? [NotClear] : [];
        if (command is "kube" or "play")
        {
            string? sub = Next(words, ref at);
            if (sub is "down" or "generate" or "apply")
                return [];
            if (sub is not ("play" or "kube"))
                return [NotClear];
        }
        else if (command is "container" or "image")
        {
            command = Next(words, ref at) ?? "";
        }

        if (command is not ("run" or "create" or "pull" or "kube" or "play"))
            return s_pullsNothing.Contains(command) ? [] : [NotClear];
        if (!SkipOptions(words, ref at, out bool isRootFileSystem))
            return [NotClear];
        if (isRootFileSystem)
            return [];
        string? operand = Next(words, ref at);
        if (operand is null)
            return [NotClear];
        if (command is "kube" or "play")
            return [new RunCommand(null, operand)];
        List<RunCommand> images = [new RunCommand(operand, null)];
        while (command == "pull" && at < words.Count)
        {
            if (words[at].StartsWith('-'))
                return [.. images, NotClear];
            images.Add(new RunCommand(words[at++], null));
        }

        return images;
    }

    // Another program, which may start one that pulls: a shell, timeout, flock, and so on.
    private static bool MayRun(List<string> words)
    {
        string line = string.Join(' ', words);
        return Variable().IsMatch(line) || Program().Matches(line).Any(static m => !s_pullsNothing.Contains(m.Groups["command"].Value)
            || m.Groups["command"].Length == 0);
    }

    [GeneratedRegex("""(^|[^\w.-])(podman(-remote|-compose)?|docker(-compose)?|buildah|skopeo|nerdctl|crictl)""" +
        """(?![\w./-])["']?(\s+(?<command>[a-z-]+))?""",
        RegexOptions.ExplicitCapture)]
    private static partial Regex Program();

    [GeneratedRegex("""\$\{?\w+\}?["']?\s+(run|create|pull|build|play|kube|compose|image|container|copy)\b""",
        RegexOptions.ExplicitCapture)]
    private static partial Regex Variable();

    private static string? Next(List<string> words, ref int at) => at < words.Count ? words[at++] : null;

    // Steps over options; false where one of them is not known, for then its value could be taken for the image.
    private static bool SkipOptions(List<string> words, ref int at, out bool isRootFileSystem)
    {
        isRootFileSystem = false;
        while (at < words.Count && words[at] is ['-', _, ..] word)
        {
            at++;
            if (word == "--")
                return true;
            if (word.StartsWith("--", StringComparison.Ordinal))
            {
                int equals = word.IndexOf('=');
                string option = equals < 0 ? word[2..] : word[2..equals];
                isRootFileSystem |= option == "rootfs" && (equals < 0 || word.EndsWith("=true", StringComparison.Ordinal));
                if (equals >= 0 || s_switches.Contains(option))
                    continue;
                if (!s_values.Contains(option))
                    return false;
                at++;
            }
            else if (!SkipShort(word, ref at))
            {
                return false;
            }
        }

        return true;
    }

    private static bool SkipShort(string word, ref int at)
    {
        for (int i = 1; i < word.Length; i++)
        {
            if (ShortValues.Contains(word[i], StringComparison.Ordinal))
            {
                // The rest of the word is the value, or else the next word.
                if (i + 1 == word.Length)
                    at++;
                return true;
            }

            if (!ShortSwitches.Contains(word[i], StringComparison.Ordinal) || (i + 1 < word.Length && word[i + 1] == '='))
                return ShortSwitches.Contains(word[i], StringComparison.Ordinal);
        }

        return true;
    }
}
