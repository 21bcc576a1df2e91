namespace ContainerTrust.Engine.OpenPgp.Consumers;

/// <summary>How a signed message is written.</summary>
/// <param name="IsArmored">Whether it is armored.</param>
/// <param name="IsOldStyle">Whether the signature stands before the content, with no one-pass packet.</param>
internal readonly record struct MessageForm(bool IsArmored, bool IsOldStyle);
