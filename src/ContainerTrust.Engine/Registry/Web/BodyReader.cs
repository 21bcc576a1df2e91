using System.Buffers;
using System.Net.Http.Headers;

namespace ContainerTrust.Engine.Registry.Web;

/// <summary>Reads bodies. Memory grows with what has come, never with what a header claims.</summary>
internal static class BodyReader
{
    private const int FirstBuffer = 16 << 10;
    private static readonly TimeSpan s_errorTimeout = TimeSpan.FromSeconds(5);

    /// <summary>Reads the body of a good answer.</summary>
    /// <param name="request">What was asked for.</param>
    /// <param name="url">Where the answer is from.</param>
    /// <param name="response">The answer.</param>
    /// <param name="progress">Ends the reading.</param>
    /// <returns>The bytes.</returns>
    /// <exception cref="WebFailure">It is too large, or has an encoding that was not asked for.</exception>
    public static async Task<byte[]> ReadAsync(WebRequest request, Uri url, HttpResponseMessage response, ProgressDeadline progress)
    {
        if (!request.AnyEncoding && response.Content.Headers.NonValidated.TryGetValues("Content-Encoding",
            out HeaderStringValues encodings))
        {
            foreach (string encoding in encodings)
            {
                if (encoding.Length > 0 && !encoding.Equals("identity", StringComparison.OrdinalIgnoreCase))
                    throw new WebFailure(
                        $"{request.Peer.IdPrefix}UnexpectedEncoding",
                        TrustErrorKind.InvalidData,
                        $"{WebText.Show(url)} answered with the encoding {Printable.Of(encoding, Printable.NameLength)}, " +
                        $"which was not asked for, and was not decoded. Let the {request.Peer.Noun} serve the content as it is.")
                    {
                        Target = WebText.Show(url),
                    };
            }
        }

        byte[]? body = response.Content.Headers.ContentLength > request.MaxBytes ? null
            : await ReadAsync(response, request.MaxBytes, progress).ConfigureAwait(false);
        return body ?? throw new WebFailure(
            request.TooLarge.ErrorId,
            TrustErrorKind.LimitsExceeded,
            $"The {request.TooLarge.Noun} {WebText.Show(url)} is larger than {request.MaxBytes} bytes and was not read. " +
            $"Nothing that is valid is that large; ask the administrator of the {request.Peer.Noun}.")
        {
            Target = WebText.Show(url),
        };
    }

    /// <summary>Reads as much of an error's body as tells why; failures do not matter.</summary>
    /// <param name="response">The answer.</param>
    /// <param name="progress">Ends the reading.</param>
    /// <returns>The bytes; empty if they cannot be had.</returns>
    public static async Task<byte[]> ReadErrorAsync(HttpResponseMessage response, ProgressDeadline progress)
    {
        progress.Shorten(s_errorTimeout);
        try
        {
            return await ReadAsync(response, WebLimits.ErrorBody, null, progress.Token).ConfigureAwait(false) ?? [];
        }
        catch (Exception e) when (e is IOException or HttpRequestException or OperationCanceledException)
        {
            // The status alone says what is needed; the caller's own cancellation shows at its next step.
            return [];
        }
    }

    private static Task<byte[]?> ReadAsync(HttpResponseMessage response, long maxBytes, ProgressDeadline progress) =>
        ReadAsync(response, maxBytes, progress, progress.Token);

    // Null if there is more than is allowed.
    private static async Task<byte[]?> ReadAsync(HttpResponseMessage response, long maxBytes, ProgressDeadline? progress,
        CancellationToken cancellationToken)
    {
        Stream stream = await response.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
        await using (stream.ConfigureAwait(false))
        {
            byte[] buffer = ArrayPool<byte>.Shared.Rent(FirstBuffer);
            int length = 0;
            try
            {
                while (true)
                {
                    if (length == buffer.Length)
                    {
                        byte[] larger = ArrayPool<byte>.Shared.Rent((int)Math.Min(2L * buffer.Length, Array.MaxLength));
                        buffer.AsSpan(0, length).CopyTo(larger);
                        ArrayPool<byte>.Shared.Return(buffer);
                        buffer = larger;
                    }

                    int count = await stream.ReadAsync(buffer.AsMemory(length), cancellationToken).ConfigureAwait(false);
                    if (count == 0)
                        return buffer.AsSpan(0, length).ToArray();
                    length += count;
                    if (length > maxBytes)
                        return null;
                    progress?.Progressed(length);
                }
            }
            finally
            {
                ArrayPool<byte>.Shared.Return(buffer);
            }
        }
    }
}
