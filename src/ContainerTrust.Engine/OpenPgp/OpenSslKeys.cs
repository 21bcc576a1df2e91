using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using System.Security.Cryptography;
using System.Text;

namespace ContainerTrust.Engine.OpenPgp;

/// <summary>
/// Public keys for the framework, made straight from their numbers where it computes with OpenSSL 3. The framework itself writes the
/// numbers down as a document that OpenSSL decodes again, and that takes it longer than to verify two signatures. The keys are the same,
/// and so is the library.
/// </summary>
internal static unsafe class OpenSslKeys
{
    // Of OpenSSL's core.h and evp.h, which do not change within a major version.
    private const uint UnsignedInteger = 2;
    private const uint Text = 4;
    private const uint Octets = 5;
    private const int PublicKey = 0x86;

    private const long Major3 = 0x30000000;

    private static readonly Library? s_library = Library.Find();

    /// <summary>Makes an RSA key.</summary>
    /// <param name="modulus">Modulus, big endian.</param>
    /// <param name="exponent">Public exponent, big endian.</param>
    /// <returns>The key; null if it cannot be made in this way, and the framework's own must decide.</returns>
    public static RSA? TryCreateRsa(ReadOnlySpan<byte> modulus, ReadOnlySpan<byte> exponent)
    {
        if (OperatingSystem.IsWindows() || s_library is null)
            return null;
        fixed (byte* n = Reverse(modulus), e = Reverse(exponent), nameOfN = "n\0"u8, nameOfE = "e\0"u8)
        {
            Parameter* parameters = stackalloc Parameter[3];
            parameters[0] = new Parameter { Name = nameOfN, Type = UnsignedInteger, Data = n, Length = (nuint)modulus.Length };
            parameters[1] = new Parameter { Name = nameOfE, Type = UnsignedInteger, Data = e, Length = (nuint)exponent.Length };
            parameters[2] = default;
            using var key = s_library.Make("RSA\0"u8, parameters);
            return key is null ? null : new RSAOpenSsl(key);
        }
    }

    /// <summary>Makes an ECDSA key.</summary>
    /// <param name="curve">The curve's name in OpenSSL.</param>
    /// <param name="point">The public point with its prefix 0x04.</param>
    /// <returns>The key; null if it cannot be made in this way, and the framework's own must decide.</returns>
    public static ECDsa? TryCreateEcdsa(string curve, ReadOnlySpan<byte> point)
    {
        if (OperatingSystem.IsWindows() || s_library is null)
            return null;
        fixed (byte* group = Encoding.ASCII.GetBytes(curve), q = point, nameOfGroup = "group\0"u8, nameOfPoint = "pub\0"u8)
        {
            Parameter* parameters = stackalloc Parameter[3];
            parameters[0] = new Parameter { Name = nameOfGroup, Type = Text, Data = group, Length = (nuint)curve.Length };
            parameters[1] = new Parameter { Name = nameOfPoint, Type = Octets, Data = q, Length = (nuint)point.Length };
            parameters[2] = default;
            using var key = s_library.Make("EC\0"u8, parameters);
            return key is null ? null : new ECDsaOpenSsl(key);
        }
    }

    // OpenSSL wants numbers in the order of the processor.
    private static byte[] Reverse(ReadOnlySpan<byte> number)
    {
        byte[] octets = number.ToArray();
        if (BitConverter.IsLittleEndian)
            Array.Reverse(octets);
        return octets;
    }

    /// <summary>OSSL_PARAM: a name, and where its value is.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct Parameter
    {
        public byte* Name;
        public uint Type;
        public byte* Data;
        public nuint Length;
        public nuint Returned;
    }

    /// <summary>The functions that make a key.</summary>
    private sealed class Library
    {
        private readonly delegate* unmanaged<nint, byte*, nint, nint> _newContext;
        private readonly delegate* unmanaged<nint, int> _begin;
        private readonly delegate* unmanaged<nint, nint*, int, Parameter*, int> _make;
        private readonly delegate* unmanaged<nint, void> _freeContext;
        private readonly delegate* unmanaged<void> _forgetErrors;

        private Library(nint[] functions)
        {
            _newContext = (delegate* unmanaged<nint, byte*, nint, nint>)functions[0];
            _begin = (delegate* unmanaged<nint, int>)functions[1];
            _make = (delegate* unmanaged<nint, nint*, int, Parameter*, int>)functions[2];
            _freeContext = (delegate* unmanaged<nint, void>)functions[3];
            _forgetErrors = (delegate* unmanaged<void>)functions[4];
        }

        /// <summary>Finds the library that the framework computes with: one of its name, and of exactly its version.</summary>
        /// <returns>Null if it computes with another one.</returns>
        public static Library? Find()
        {
            if (!OperatingSystem.IsLinux() || SafeEvpPKeyHandle.OpenSslVersion < Major3
                || !NativeLibrary.TryLoad("libcrypto.so.3", out nint library))
                return null;
            if (!NativeLibrary.TryGetExport(library, "OpenSSL_version_num", out nint version)
                || (long)((delegate* unmanaged<nuint>)version)() != SafeEvpPKeyHandle.OpenSslVersion)
                return null;
            string[] names = ["EVP_PKEY_CTX_new_from_name", "EVP_PKEY_fromdata_init", "EVP_PKEY_fromdata", "EVP_PKEY_CTX_free",
                "ERR_clear_error"];
            nint[] functions = new nint[names.Length];
            for (int i = 0; i < names.Length; i++)
            {
                if (!NativeLibrary.TryGetExport(library, names[i], out functions[i]))
                    return null;
            }

            return new Library(functions);
        }

        /// <summary>Makes a key.</summary>
        /// <param name="type">Its type, with a zero at the end.</param>
        /// <param name="parameters">Its numbers, with an empty one at the end.</param>
        /// <returns>Null if OpenSSL refuses it.</returns>
        [UnsupportedOSPlatform("windows")]
        public SafeEvpPKeyHandle? Make(ReadOnlySpan<byte> type, Parameter* parameters)
        {
            nint context, key = 0;
            fixed (byte* name = type)
                context = _newContext(0, name, 0);
            bool isMade = context != 0 && _begin(context) == 1 && _make(context, &key, PublicKey, parameters) == 1;
            _freeContext(context);
            if (isMade)
                return new SafeEvpPKeyHandle(key, ownsHandle: true);
            _forgetErrors();
            return null;
        }
    }
}
