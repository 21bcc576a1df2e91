using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text.Json;
using System.Text.Unicode;
using ContainerTrust.Engine.Formats.Data;

namespace ContainerTrust.Engine.Formats.Json;

/// <summary>
/// Reads sigstore's JSON in one pass, refusing the slightest surprise: a duplicate member, a value of another type, text that is not a
/// Unicode.
/// </summary>
internal ref struct StrictJson
{
    // As deep as Go's encoding/json goes; only ignored members can be deep at all.
    private const int MaxDepth = 10_000;

    private Utf8JsonReader _json;

    private StrictJson(ReadOnlySpan<byte> text) => _json = new Utf8JsonReader(text, new JsonReaderOptions { MaxDepth = MaxDepth });

    /// <summary>Reads one value of a text.</summary>
    public delegate T Reader<T>(ref StrictJson json);

    /// <summary>Reads a whole text.</summary>
    /// <param name="text">UTF-8.</param>
    /// <param name="reader">Reads the text's value.</param>
    /// <param name="value">What was read.</param>
    /// <param name="problem">What is wrong, a clause; empty if nothing is.</param>
    /// <returns>Whether the text could be read.</returns>
    public static bool TryRead<T>(ReadOnlySpan<byte> text, Reader<T> reader, [NotNullWhen(true)] out T? value, out string problem)
        where T : class
    {
        value = null;
        if (!Utf8.IsValid(text))
        {
            problem = "it is not valid UTF-8";
            return false;
        }

        StrictJson json = new(text);
        try
        {
            T result = reader(ref json);

            // Anything but white space behind the value is an error of the reader.
            json._json.Read();
            value = result;
            problem = "";
            return true;
        }
        catch (JsonException e)
        {
            problem = e.LineNumber is { } line && e.BytePositionInLine is { } column
                ? $"it is not valid JSON (line {line + 1}, column {column + 1})" : "it is not valid JSON";
        }
        catch (StrictJsonException e)
        {
            problem = e.Message;
        }
        catch (InvalidOperationException)
        {
            // A string with an escaped lone surrogate.
            problem = "a string in it is not valid Unicode";
        }

        return false;
    }

    public static StrictJsonException Missing(string what) => new($"{what} is missing");

    public static StrictJsonException Unknown(string where) => new($"{where} has a member that the format does not know");

    public JsonTokenType NextToken() => _json.Read() ? _json.TokenType : throw new StrictJsonException("it ends too early");

    public void EnterObject(string what)
    {
        if (NextToken() != JsonTokenType.StartObject)
            throw new StrictJsonException($"{what} is not an object");
    }

    /// <summary>Enters an object, or passes a null.</summary>
    /// <returns>False for a null.</returns>
    public bool TryEnterObject(string what) => NextToken() switch
    {
        JsonTokenType.StartObject => true,
        JsonTokenType.Null => false,
        _ => throw new StrictJsonException($"{what} is not an object"),
    };

    /// <summary>Goes to the next member of an object; its value must be read then.</summary>
    /// <returns>False at the object's end.</returns>
    public bool NextMember(ref MemberSet seen, out string name)
    {
        name = "";
        if (NextToken() == JsonTokenType.EndObject)
            return false;
        name = _json.GetString()!;
        return seen.Add(name) ? true : throw new StrictJsonException("a member appears twice");
    }

    public string String(string what) =>
        NextToken() == JsonTokenType.String ? _json.GetString()! : throw new StrictJsonException($"{what} is not a string");

    public string? StringOrNull(string what) => NextToken() switch
    {
        JsonTokenType.String => _json.GetString(),
        JsonTokenType.Null => null,
        _ => throw new StrictJsonException($"{what} is not a string"),
    };

    /// <summary>Reads a string or a null, or enters an object.</summary>
    /// <param name="what">What it is, for the message.</param>
    /// <param name="isObject">Whether an object was entered.</param>
    /// <returns>The string; null for an object and for a null.</returns>
    public string? StringOrEnter(string what, out bool isObject)
    {
        JsonTokenType token = NextToken();
        isObject = token == JsonTokenType.StartObject;
        return token switch
        {
            JsonTokenType.String => _json.GetString(),
            JsonTokenType.Null or JsonTokenType.StartObject => null,
            _ => throw new StrictJsonException($"{what} is neither a string nor an object"),
        };
    }

    public bool Truth(string what) => NextToken() switch
    {
        JsonTokenType.True => true,
        JsonTokenType.False => false,
        _ => throw new StrictJsonException($"{what} is neither true nor false"),
    };

    /// <summary>Enters the next element of an array of objects.</summary>
    /// <returns>False at the array's end.</returns>
    public bool NextObject(string what) => NextToken() switch
    {
        JsonTokenType.StartObject => true,
        JsonTokenType.EndArray => false,
        _ => throw new StrictJsonException($"{what} is not an object"),
    };

    /// <summary>Standard base64 with padding, in which line ends are ignored, as Go's encoding/base64 reads it.</summary>
    public byte[] Base64(string what) => KeyData.Decode(String(what)) ?? throw new StrictJsonException($"{what} is not base64");

    /// <summary>A number that a 64-bit floating-point number holds as an exact integer, whatever its notation.</summary>
    public long Integer(string what)
    {
        const double Exact = 9_007_199_254_740_992.0;
        NextToken();
        double value = CurrentDouble(what);
        return value == Math.Floor(value) && Math.Abs(value) < Exact ? (long)value
            : throw new StrictJsonException($"{what} is not an integer of at most 53 bits");
    }

    /// <summary>A number that is not negative, as protobuf's JSON has 64-bit integers: digits in a string, or a number.</summary>
    public long Count(string what)
    {
        if (NextToken() != JsonTokenType.String)
        {
            double value = CurrentDouble(what);
            return value == Math.Floor(value) && value is >= 0 and < 9_007_199_254_740_992.0 ? (long)value : throw NoCount(what);
        }

        string text = _json.GetString()!;
        return text.Length is > 0 and < 20 && (text[0] != '0' || text.Length == 1)
            && long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out long count) ? count : throw NoCount(what);
    }

    /// <summary>Enters an array.</summary>
    public void EnterArray(string what)
    {
        if (NextToken() != JsonTokenType.StartArray)
            throw new StrictJsonException($"{what} is not a list");
    }

    /// <summary>Reads the next element of an array of base64 strings.</summary>
    /// <returns>False at the array's end.</returns>
    public bool TryNextBase64(string what, [NotNullWhen(true)] out byte[]? value)
    {
        value = NextToken() switch
        {
            JsonTokenType.EndArray => null,
            JsonTokenType.String => KeyData.Decode(_json.GetString()!) ?? throw new StrictJsonException($"{what} is not base64"),
            _ => throw new StrictJsonException($"{what} is not a string"),
        };
        return value is not null;
    }

    private static StrictJsonException NoCount(string what) => new($"{what} is not a number of at most 63 bits");

    public readonly double CurrentDouble(string what) =>
        _json.TokenType == JsonTokenType.Number && _json.TryGetDouble(out double value) && double.IsFinite(value) ? value
            : throw new StrictJsonException($"{what} is not a number");

    /// <summary>Passes a value that is ignored. The reference decodes it all the same, and refuses numbers that it cannot.</summary>
    public void SkipValue()
    {
        NextToken();
        int depth = _json.CurrentDepth;
        while (true)
        {
            if (_json.TokenType == JsonTokenType.Number)
                CurrentDouble("a number in an ignored member");
            if (_json.CurrentDepth == depth && _json.TokenType is not (JsonTokenType.StartObject or JsonTokenType.StartArray))
                return;
            NextToken();
        }
    }
}
