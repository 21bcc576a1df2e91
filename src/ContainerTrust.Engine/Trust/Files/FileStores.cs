using ContainerTrust.Engine.Config.RegistriesD;

namespace ContainerTrust.Engine.Trust.Files;

/// <summary>Which signature stores are in force for the entries of a file, if nothing but the file says so.</summary>
internal sealed class FileStores
{
    private readonly Dictionary<string, LookasideEntry> _sections = new(StringComparer.Ordinal);
    private readonly LookasideEntry? _default;
    private readonly int _longest;

    /// <summary>Puts the sections of entries together.</summary>
    /// <param name="entries">The entries, each scope once.</param>
    public FileStores(IEnumerable<FileEntry> entries)
    {
        foreach (FileEntry entry in entries)
        {
            if (entry.Section is null || !entry.CanHaveSection)
                continue;
            LookasideEntry section = new()
            {
                Namespace = entry.IsDefault ? null : entry.Scope,
                Section = entry.Section,
                Path = "",
                Line = 0,
                Keys = LookasideKeys.None,
            };
            if (entry.IsDefault)
                _default = section;
            else
                _sections.Add(entry.Scope, section);
            _longest = Math.Max(_longest, entry.IsDefault ? 0 : entry.Scope.Length);
        }
    }

    /// <summary>What is in force for an entry. Null for one of a transport that has no stores.</summary>
    /// <param name="entry">The entry.</param>
    public LookasideSection? InForce(FileEntry entry)
    {
        if (!entry.IsDefault && entry.Transport != "docker")
            return null;
        EffectiveLookaside found = LookasideConfiguration.Resolve(entry.IsDefault ? "" : entry.Scope, _sections, _default, _longest);
        return new LookasideSection
        {
            SignatureStore = found.SignatureStore,
            SignatureStoreStaging = found.SignatureStoreStaging,
            UseSigstoreAttachments = found.UseSigstoreAttachments,
        };
    }
}
