namespace ContainerTrust.Engine.Trust.Presets;

/// <summary>A key that a preset asks for: one file, wherever a host has it.</summary>
/// <param name="Paths">Where hosts have it, in order of preference. At least one.</param>
internal sealed record PresetKey(IReadOnlyList<string> Paths)
{
    /// <summary>Whether the key is left out where a host does not have it. A key beside it must be there then.</summary>
    public bool IsOptional { get; init; }

    /// <summary>Whose key it is, for messages. Null if the preset does not say.</summary>
    public string? Name { get; init; }

    /// <summary>The end of the OpenPGP key id that the file must have. Null if any key will do.</summary>
    public string? KeyId { get; init; }

    /// <summary>
    /// Where a missing file is had from, a sentence without a full stop. Null if nothing is said but that the file is missing.
    /// </summary>
    public string? Obtain { get; init; }
}
