namespace ContainerTrust.Engine.Trust.Files;

/// <summary>How a trust file is written.</summary>
public enum TrustFileFormat
{
    /// <summary>JSON, indented by two blanks.</summary>
    Json,

    /// <summary>YAML with the same members.</summary>
    Yaml,
}
