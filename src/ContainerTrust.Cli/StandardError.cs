using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using ContainerTrust.Engine.Formats.Json;

namespace ContainerTrust.Cli;

/// <summary>
/// Standard error, for warnings, errors and what is done. Where it takes nothing, as a full disk or a closed pipe does, the words are
/// lost, and the exit code still says how the work ended. The words hold what files, registries and hosts say, so there is no way past
/// <see cref="PrintableText"/>.
/// </summary>
internal static class StandardError
{
    private static bool s_isJson;

    /// <summary>From now on each line is JSON, as Microsoft DSC reads it: an object with one member, the level, and its text.</summary>
    public static void SpeakJson() => s_isJson = true;

    /// <summary>Writes a line in one piece, so that those of several threads stay apart.</summary>
    /// <param name="untrustedText">The line.</param>
    public static void WriteLine(string untrustedText) => Send(s_isJson ? Json("info", untrustedText) : PrintableText.Line(untrustedText));
    /// <summary>Says what is done, for who asks for details.</summary>
    /// <param name="untrustedText">The line.</param>
    public static void Detail(string untrustedText) =>
        Send(s_isJson ? Json("debug", untrustedText) : PrintableText.Line(untrustedText));

    /// <summary>Says what went wrong.</summary>
    /// <param name="untrustedMessage">The message.</param>
    public static void Fail(string untrustedMessage) =>
        Send(s_isJson ? Json("error", untrustedMessage) : PrintableText.Line($"containertrust: {untrustedMessage}"));

    /// <summary>Warns.</summary>
    /// <param name="untrustedMessage">The message.</param>
    public static void Warn(string untrustedMessage) =>
        Send(s_isJson ? Json("warn", untrustedMessage) : PrintableText.Line($"warning: {untrustedMessage}"));

    private static string Json(string level, string untrustedText)
    {
        ArrayBufferWriter<byte> buffer = new();
        using (Utf8JsonWriter json = new(buffer, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            json.WriteStartObject();
            json.WriteString(level, PrintableText.Line(untrustedText));
            json.WriteEndObject();
        }

        return PrintableJson.Of(Encoding.UTF8.GetString(buffer.WrittenSpan));
    }

    private static void Send(string line)
    {
        ReadOnlySpan<byte> rest = Descriptors.Write(Descriptors.Error, Encoding.UTF8.GetBytes(line + "\n"));
        if (rest.Length == 0)
            return;
        try
        {
            // It waits for a pipe that does not block.
#pragma warning disable RS0030 // The one way.
            using Stream error = Console.OpenStandardError();
#pragma warning restore RS0030
            error.Write(rest);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // There is nowhere left to say it.
            return;
        }
    }
}
