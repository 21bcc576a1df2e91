using System.Text.Json;
using System.Text.Unicode;
using ContainerTrust.Engine.Config.Policy;

namespace ContainerTrust.Engine.DesiredState;

/// <summary>
/// Reads what DSC gives a resource, strictly: an unknown or duplicate property, a value of another type, and what cannot be meant refuse
/// the whole input.
/// </summary>
internal static class StateInput
{
    /// <summary>The id of every refusal.</summary>
    public const string ErrorId = "InvalidDesiredState";

    private const string Name = "input";
    private const string OfFiles = "The file ";

    /// <summary>Reads the object that the cursor is at the start of.</summary>
    /// <typeparam name="T">What it is read as.</typeparam>
    /// <param name="json">The cursor.</param>
    public delegate T Reader<out T>(ref PolicyJson json);

    /// <summary>Reads an input.</summary>
    /// <typeparam name="T">What it is read as.</typeparam>
    /// <param name="input">UTF-8.</param>
    /// <param name="read">Reads its object.</param>
    /// <exception cref="TrustException">It is refused (<c>InvalidDesiredState</c>); the message names the line and the place.</exception>
    public static T Read<T>(ReadOnlySpan<byte> input, Reader<T> read)
    {
        if (input.Length > DscResource.MaxBytes)
            throw Refused($"The input has more than {DscResource.MaxBytes} bytes, and no policy is that large.");
        if (!Utf8.IsValid(input))
            throw Refused("The input is not valid UTF-8.");
        if (input.Trim(" \t\r\n"u8).IsEmpty)
            throw Refused("The input is empty. Give the properties as a JSON object on standard input.");
        PolicyJson json = new(input, Name);
        try
        {
            json.Read();
            json.ExpectObject("the input");
            T value = read(ref json);
            json.ExpectEnd();
            return value;
        }
        catch (JsonException e)
        {
            throw Refused(json.SyntaxError(e));
        }
        catch (InvalidOperationException e)
        {
            // An unpaired surrogate escape.
            throw Refused(json.Error(ErrorId, "The string is not valid Unicode text. Correct it.", e));
        }
        catch (TrustFormatException e)
        {
            throw Refused(e);
        }
    }

    /// <summary>A refusal that is about no place of the text.</summary>
    /// <param name="problem">What is wrong and what to do.</param>
    public static TrustException Refused(string problem) => new("InvalidDesiredState", TrustErrorKind.InvalidArgument, problem);

    /// <summary>A string.</summary>
    public static string Text(ref PolicyJson json) =>
        json.TokenType == JsonTokenType.String ? json.String() : throw json.WrongType("a string is expected");

    /// <summary>True or false.</summary>
    public static bool Truth(ref PolicyJson json) => json.TokenType switch
    {
        JsonTokenType.True => true,
        JsonTokenType.False => false,
        _ => throw json.WrongType("true or false is expected"),
    };

    /// <summary>A directory or file, by its whole path: DSC runs resources in a directory of its own choice.</summary>
    public static string FullPath(ref PolicyJson json) => Text(ref json) is ['/', ..] path && !path.Contains('\0', StringComparison.Ordinal)
        ? path : throw json.Error(ErrorId, "The path does not begin with /. Specify the whole path.");

    /// <summary>The error for a property that a resource writes and never reads.</summary>
    public static TrustException ReadOnly(ref PolicyJson json) =>
        json.Error(ErrorId, "The property is read-only: it is in answers alone. Leave it out.");

    private static TrustException Refused(TrustFormatException e)
    {
        // The readers of policies speak of files.
        string problem = e.Problem.StartsWith(OfFiles, StringComparison.Ordinal) ? $"The text {e.Problem[OfFiles.Length..]}" : e.Problem;
        TrustFormatException here = new(ErrorId, Name, e.Line, e.Column, e.DocumentPath, problem);
        return new TrustException(ErrorId, TrustErrorKind.InvalidArgument, here.Message, e);
    }
}
