using System.Text;
using ContainerTrust.Engine.Hosts;
using ContainerTrust.Engine.Trust;

namespace ContainerTrust.Engine.Tests.Compliance.Proof;

/// <summary>Does on a host in memory what the words of a command say.</summary>
internal static class FollowedWords
{
    /// <summary>The words of each command, as a POSIX shell splits them.</summary>
    public static IReadOnlyList<IReadOnlyList<string>> Split(string text)
    {
        List<string> words = [];
        StringBuilder word = new();
        bool isQuoted = false, isWord = false;
        void End()
        {
            if (isWord)
                words.Add(word.ToString());
            word.Clear();
            isWord = false;
        }

        for (int i = 0; i < text.Length; i++)
        {
            char c = text[i];
            if (c == '\'')
                (isQuoted, isWord) = (!isQuoted, true);
            else if (c == '\\' && !isQuoted)
                (_, isWord) = (word.Append(text[++i]), true);
            else if (c == ' ' && !isQuoted)
                End();
            else
                (_, isWord) = (word.Append(c), true);
        }

        End();
        return Group(words);
    }

    /// <summary>Makes the changes with the real editor.</summary>
    public static void Do(string text, ITrustHost host)
    {
        foreach (IReadOnlyList<string> command in Split(text))
        {
            TrustStore store = FixWorld.Store(host);
            store.Apply(Changes(command, store), new TrustEditOptions(), CancellationToken.None);
        }
    }

    private static List<IReadOnlyList<string>> Group(List<string> words)
    {
        List<List<string>> commands = [[]];
        foreach (string word in words)
        {
            if (word == "&&")
                commands.Add([]);
            else
                commands[^1].Add(word);
        }

        return [.. commands];
    }

    private static IReadOnlyList<TrustChange> Changes(IReadOnlyList<string> words, TrustStore store)
    {
        Assert.Equal("containertrust", words[0]);
        List<string> names = [], keys = [];
        Dictionary<string, string> options = [];
        for (int i = 2; i < words.Count; i++)
        {
            if (words[i] is "--default" or "--force" or "--any-key" or "--keep-signature-store")
                options.Add(words[i], "");
            else if (words[i] == "--key")
                keys.Add(words[++i]);
            else if (words[i].StartsWith("--", StringComparison.Ordinal))
                options.Add(words[i], words[++i]);
            else
                names.Add(words[i]);
        }

        string? Value(string option) => options.GetValueOrDefault(option);
        if (words[1] == "remove")
        {
            bool keeps = options.ContainsKey("--keep-signature-store");
            string transport = Value("--transport") ?? "docker";
            return [new TrustChange { Transport = transport, Registry = names.Single(), Remove = true, KeepSection = keeps }];
        }

        Assert.Equal("set", words[1]);
        SetRequest request = new()
        {
            IsDefault = options.ContainsKey("--default"),
            Registries = names,
            Transport = Value("--transport"),
            Force = options.ContainsKey("--force"),
            Options = new RequirementOptions
            {
                Type = Value("--type") is { } type ? Enum.Parse<TrustType>(type, ignoreCase: true) : null,
                KeyPaths = keys,
                AnyKey = options.ContainsKey("--any-key"),
                SignedIdentity = IdentityRule.Of(
                    Value("--signed-identity"), Value("--exact-reference"), Value("--exact-repository"),
                    Value("--remap-prefix"), Value("--signed-prefix")),
            },
            Stores = new LookasideSection
            {
                SignatureStore = Value("--signature-store"),
                UseSigstoreAttachments = Value("--use-sigstore-attachments") == "true" ? true : null,
            },
        };
        return request.ToChanges(store);
    }
}
