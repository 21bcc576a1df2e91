namespace ContainerTrust.Engine.Trust.Presets;

/// <summary>Files of presets: JSON by <c>docs/schemas/preset.schema.json</c>.</summary>
internal static class PresetFile
{
    /// <summary>The schema's address.</summary>
    public const string Schema = "https://raw.githubusercontent.com/containertrust/containertrust/main/docs/schemas/preset.schema.json";

    /// <summary>The largest file, in bytes.</summary>
    public const int MaxBytes = 256 << 10;

    /// <summary>The most files of one directory.</summary>
    public const int MaxFiles = 256;

    /// <summary>The id of every refusal of a file's content.</summary>
    public const string ErrorId = "InvalidPreset";

    private const string SchemaName = "preset.schema.json";

    /// <summary>
    /// The directory of this machine that is read where none is named: <c>/etc/containertrust/presets.d</c>, on Windows
    /// <c>containertrust\presets.d</c> in the folder of the data of all users.
    /// </summary>
    public static string DefaultDirectory => OperatingSystem.IsWindows()
        ? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.CommonApplicationData), "containertrust", "presets.d")
        : "/etc/containertrust/presets.d";

    /// <summary>Whether a text names the schema: by its address, or a copy of it beside the file.</summary>
    /// <param name="text">The text.</param>
    public static bool IsSchema(string text) =>
        text == Schema || text == SchemaName || text.EndsWith("/" + SchemaName, StringComparison.Ordinal);
}
