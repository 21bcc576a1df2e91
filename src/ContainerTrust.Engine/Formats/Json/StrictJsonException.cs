namespace ContainerTrust.Engine.Formats.Json;

/// <summary>JSON that is not what its format allows; never leaves <see cref="StrictJson"/>.</summary>
/// <param name="message">What is wrong, a clause.</param>
internal sealed class StrictJsonException(string message) : Exception(message);
