namespace ContainerTrust.Engine.Tests.Sigstore;

/// <summary>Public keys made with OpenSSL for these tests; the private ones are gone.</summary>
internal static class TestPemKeys
{
    public const string P256 = """
        -----BEGIN PUBLIC KEY-----
        MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEYlPsexVfbbMdap24svxnsF/qY/Yr
        4NTx2iNRdk7derNiTX+r5uYVHuBsIFbWZCwTs/tGhBSVUjm0FA8fUWLQmw==
        -----END PUBLIC KEY-----
        """;

    public const string P384 = """
        -----BEGIN PUBLIC KEY-----
        MHYwEAYHKoZIzj0CAQYFK4EEACIDYgAENrrz3fEj/vkwbTPR8PNh503sQyAe+o4V
        DTtbGXI2sCIjbcpjF5gwwNgVaEx+6AevF/TMOGEEjgZo/6cSTZW2zDw2U3qsyqb0
        KLGs5DnnaTDPLy8a5KgT0pxKRRktKpkE
        -----END PUBLIC KEY-----
        """;

    public const string P521 = """
        -----BEGIN PUBLIC KEY-----
        MIGbMBAGByqGSM49AgEGBSuBBAAjA4GGAAQAqB3H+y+2Bekh4KFKa3txfk6uf2Gm
        gC3H7XnnujTMLs38x44ehjwsGEofaFr2HDYhwpqfqpQSc+ollitD4BmFIkoBqqwE
        h5Zwm/YuqiMwWy1qpym+zl3hdZOhOQH3DZt4VtJt9WugW3EZm3W+P+cjmyMB8L5d
        OUvtfeGs6Jo5IjrngdI=
        -----END PUBLIC KEY-----
        """;

    public const string Secp256k1 = """
        -----BEGIN PUBLIC KEY-----
        MFYwEAYHKoZIzj0CAQYFK4EEAAoDQgAElVx4krErdy0idyBC56qeY1HdVwU1dHNz
        +qnBNlspK3wF2Z2oD6LRpvXwLyrQlpbNusppKEm0zKrqK64UH6gnVw==
        -----END PUBLIC KEY-----
        """;

    public const string BrainpoolP256r1 = """
        -----BEGIN PUBLIC KEY-----
        MFowFAYHKoZIzj0CAQYJKyQDAwIIAQEHA0IABAafFKVrfoPrODsWOAC8Cb7LX9mT
        dxltgjs0uWuFq484dnRepJu1k4oBRD7+j93gDMCgVe8wkNfYFt+6QImgbTw=
        -----END PUBLIC KEY-----
        """;

    public const string Ed25519 = """
        -----BEGIN PUBLIC KEY-----
        MCowBQYDK2VwAyEA8qRLgHceXwGRM9ud/TDfydbQhnOSGCT/I6dSMPp+xh8=
        -----END PUBLIC KEY-----
        """;

    public const string Ed448 = """
        -----BEGIN PUBLIC KEY-----
        MEMwBQYDK2VxAzoAQ5r0aPKTPnKDrndhLRE5Wo0gMc/7ACc51ETT8P7QloffrSNu
        ARhDSWTbRlO1MYo9ID8ocWVs3UuA
        -----END PUBLIC KEY-----
        """;

    public const string X25519 = """
        -----BEGIN PUBLIC KEY-----
        MCowBQYDK2VuAyEAPkqEaLFzwEUaeV2qFpHR03hx+kA9yu4TpNW+O5RjswM=
        -----END PUBLIC KEY-----
        """;

    public const string RsaPkcs1 = """
        -----BEGIN RSA PUBLIC KEY-----
        MIIBCgKCAQEAyBBupv4CrGTH55STzOFZY+MDg+ruFEDfPtcLGz+EA8ifeWGK5Bk1
        x2ch29Hd0dvuSQ4SHrQg0Gcq3IL8h1nL/HkT++fKABW4rYGdwMZg3HQ13XWLCDmE
        cHlRWl2BPCsBB308v7KH/JgfSBoSlT4XelTyeus803y0QmYRtRY7pU60cv95ORnJ
        CYpbgB1KGjF6DiT2HLRrHBnBRtuXOVTjSfCwY7MQMvsE+TqIAOAeKdUrWX78ukML
        aYKROIt8sI4RagNGY2qg/lfQ8hP5p/V0Nrql/giJWQqSFBZSLPMOPNEshNMUXvpn
        eIF6cLNCpgw6QEalokB2gZAB5tsiX+FF3QIDAQAB
        -----END RSA PUBLIC KEY-----
        """;

    public const string Rsa = """
        -----BEGIN PUBLIC KEY-----
        MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAyBBupv4CrGTH55STzOFZ
        Y+MDg+ruFEDfPtcLGz+EA8ifeWGK5Bk1x2ch29Hd0dvuSQ4SHrQg0Gcq3IL8h1nL
        /HkT++fKABW4rYGdwMZg3HQ13XWLCDmEcHlRWl2BPCsBB308v7KH/JgfSBoSlT4X
        elTyeus803y0QmYRtRY7pU60cv95ORnJCYpbgB1KGjF6DiT2HLRrHBnBRtuXOVTj
        SfCwY7MQMvsE+TqIAOAeKdUrWX78ukMLaYKROIt8sI4RagNGY2qg/lfQ8hP5p/V0
        Nrql/giJWQqSFBZSLPMOPNEshNMUXvpneIF6cLNCpgw6QEalokB2gZAB5tsiX+FF
        3QIDAQAB
        -----END PUBLIC KEY-----
        """;
}
