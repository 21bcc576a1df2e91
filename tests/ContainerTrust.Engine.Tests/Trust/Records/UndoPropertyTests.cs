using System.Security.Cryptography;
using ContainerTrust.Engine.Hosts;
using ContainerTrust.Engine.Trust;
using ContainerTrust.Engine.Trust.Records;

namespace ContainerTrust.Engine.Tests.Trust.Records;

/// <summary>Random edits of several roots, each taken back: every file is what it was, byte by byte.</summary>
public sealed class UndoPropertyTests
{
    private const int Roots = 5;
    private const int Edits = 100;
    private const string Stores = "/etc/containers/registries.d/stores.yaml";

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Every_edit_is_taken_back_to_the_byte(bool atOnce)
    {
        int edits = 0, undone = 0;
        for (int seed = 0; seed < Roots; seed++)
        {
            RandomPolicy random = new(seed);
            using ScratchRoot root = new();
            root.Write("/etc/os-release", "ID=fedora\nVERSION_ID=41\n");

            // The last root begins with nothing.
            if (seed < Roots - 1)
            {
                root.Write(TrustLocations.SystemPolicyPath, "");
                File.WriteAllBytes(root.Full(TrustLocations.SystemPolicyPath), random.Write(random.Policy()));
                root.Write(Stores, "# ours\ndocker:\n  registry1.example.com/app:\n    lookaside: https://old1.example.com # why\n");
            }

            Stack<string> states = new([Files(root)]);
            for (int made = 0, tries = 0; made < Edits; tries++)
            {
                Assert.True(tries < 20 * Edits, $"seed {seed}: only {made} edits are possible");
                try
                {
                    if (!Edit(root, random))
                        continue;
                }
                catch (TrustException e)
                {
                    Assert.True(states.Peek() == Files(root), $"seed {seed}: {e.ErrorId} and a file has changed");
                    continue;
                }

                made++;
                edits++;
                states.Push(Files(root));
                if (!atOnce)
                    continue;
                Undo(root, states, seed);
                undone++;
            }

            while (states.Count > 1)
            {
                Undo(root, states, seed);
                undone++;
            }

            Assert.Equal("NothingToUndo", Assert.Throws<TrustException>(() => root.Open().PreviewUndo()).ErrorId);
            Assert.InRange(new FileInfo(root.Full(ChangeLog.SystemPath)).Length, 1, ChangeLog.MaxBytes);
        }

        Assert.Equal((Roots * Edits, Roots * Edits), (edits, undone));
    }

    private static void Undo(ScratchRoot root, Stack<string> states, int seed)
    {
        TrustStore store = root.Open();
        store.Undo(store.PreviewUndo().Id, CancellationToken.None);
        states.Pop();
        Assert.True(states.Peek() == Files(root), $"seed {seed}: after the undo of edit {states.Count} the files are not what they were");
    }

    // One of what cmdlets do: set, set stores, set the default, remove, copy an entry, reset.
    private static bool Edit(ScratchRoot root, RandomPolicy random)
    {
        TrustStore store = root.Open();
        int kind = random.Random.Next(20);
        if (kind == 0)
            return store.Reset(random.Random.Next(2) == 0, preview: false, CancellationToken.None).Files.Count > 0;
        ImageTrust[] entries = root.Has(TrustLocations.SystemPolicyPath) ? [.. store.Read(TrustQuery.All)] : [];
        ImageTrust? old = entries.Length > 0 && random.Random.Next(2) == 0 ? random.Pick(entries) : null;
        string transport = old is { IsDefault: false } ? old.Transport : random.Pick("docker", random.Transport());
        string scope = old is { IsDefault: false } ? old.Registry : random.Scope(transport);
        TrustChange change = kind < 5 && old is { IsDefault: false }
            ? new TrustChange { Transport = transport, Registry = scope, Remove = true, KeepSection = random.Random.Next(3) == 0 }
            : kind < 7 && old is not null
                ? TrustChange.From(old with { Registry = old.IsDefault ? old.Registry : random.Scope(old.Transport) })
            : new TrustChange
            {
                Transport = transport,
                Registry = scope,
                IsDefault = kind == 19,
                Requirements = kind == 18 ? null : random.Requirements(),
                Section = transport == "docker" && scope.Length > 0 && random.Random.Next(2) == 0 ? new LookasideSection
                {
                    SignatureStore = random.Pick(null, "https://s1.example.com/sigs", "file:///var/lib/sigs"),
                    UseSigstoreAttachments = random.Random.Next(2) == 0,
                } : null,
                ReplaceSection = random.Random.Next(2) == 0,
            };
        return store.Apply([change], new TrustEditOptions(), CancellationToken.None).Files.Count > 0;
    }

    private static string Files(ScratchRoot root)
    {
        string directory = root.Full("/etc/containers");
        return !Directory.Exists(directory) ? "" : string.Join('\n', Directory.GetFiles(directory, "*", SearchOption.AllDirectories)
            .Where(static f => Path.GetFileName(f) != ChangeLog.FileName).Order(StringComparer.Ordinal)
            .Select(static f => $"{f} {Convert.ToHexString(SHA256.HashData(File.ReadAllBytes(f)))} {File.GetUnixFileMode(f)}"));
    }
}
