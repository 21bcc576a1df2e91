using System.Text;
using System.Text.Unicode;

namespace ContainerTrust.Engine.OpenPgp;

/// <summary>
/// User ids as text that is safe to print: UTF-8, or Latin-1 where the octets are not valid UTF-8 (PGP 2 wrote such). Control characters,
/// which could move a terminal's cursor or turn text around, are spelled out (<see cref="PrintableText"/>).
/// </summary>
internal static class UserIdText
{
    /// <summary>Decodes a user id.</summary>
    /// <param name="octets">The packet's body.</param>
    /// <returns>Printable text on one line.</returns>
    public static string Decode(ReadOnlySpan<byte> octets) =>
        PrintableText.Line(Utf8.IsValid(octets) ? Encoding.UTF8.GetString(octets) : Encoding.Latin1.GetString(octets));
}
