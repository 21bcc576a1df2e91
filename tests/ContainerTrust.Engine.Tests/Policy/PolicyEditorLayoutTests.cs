using System.Text;
using ContainerTrust.Engine.Config.Policy;

namespace ContainerTrust.Engine.Tests.Policy;

/// <summary>What an edited policy looks like: as if a person had written it in the file's own manner.</summary>
public sealed class PolicyEditorLayoutTests
{
    private static readonly TrustRequirement[] Reject = [new RejectRequirement()];
    private static readonly TrustRequirement[] Accept = [new AcceptRequirement()];
    private static readonly TrustRequirement[] Signed = [new SignedByRequirement { KeyPath = "/k" }];

    [Fact]
    public void A_scope_joins_its_transport()
    {
        const string Policy =
            """
            {
                "default": [
                    {
                        "type": "reject"
                    }
                ],
                "transports": {
                    "docker": {
                        "a.example.com": [
                            {
                                "type": "insecureAcceptAnything"
                            }
                        ]
                    }
                }
            }

            """;
        const string Expected =
            """
            {
                "default": [
                    {
                        "type": "reject"
                    }
                ],
                "transports": {
                    "docker": {
                        "a.example.com": [
                            {
                                "type": "insecureAcceptAnything"
                            }
                        ],
                        "b.example.com": [
                            {
                                "type": "signedBy",
                                "keyType": "GPGKeys",
                                "keyPath": "/k"
                            }
                        ]
                    }
                }
            }

            """;
        foreach (string newLine in new[] { "\n", "\r\n" })
        {
            foreach (string step in new[] { "  ", "    ", "\t", "" })
            {
                string before = Policy.Replace("    ", step, StringComparison.Ordinal).Replace("\n", newLine, StringComparison.Ordinal);
                string expected = Expected.Replace("    ", step, StringComparison.Ordinal).Replace("\n", newLine, StringComparison.Ordinal);
                Assert.Equal(expected, PolicyText.Edit(before, static e => e.SetScope("docker", "b.example.com", Signed)));
                Assert.Equal(before, PolicyText.Edit(expected, static e => e.RemoveScope("docker", "b.example.com")));
                Assert.Equal(expected.TrimEnd(),
                    PolicyText.Edit(before.TrimEnd(), static e => e.SetScope("docker", "b.example.com", Signed)));
            }
        }
    }

    [Fact]
    public void A_transport_joins_the_transports() => Golden(
        static e => e.SetScope("docker", "registry.example.com", Signed),
        Encoding.UTF8.GetString(DefaultPolicy.Text),
        """
        {
            "default": [
                {
                    "type": "insecureAcceptAnything"
                }
            ],
            "transports": {
                "docker-daemon": {
                    "": [
                        {
                            "type": "insecureAcceptAnything"
                        }
                    ]
                },
                "docker": {
                    "registry.example.com": [
                        {
                            "type": "signedBy",
                            "keyType": "GPGKeys",
                            "keyPath": "/k"
                        }
                    ]
                }
            }
        }

        """);

    [Fact]
    public void Transports_are_opened_where_there_are_none() => Golden(
        static e => e.SetScope("docker", "registry.example.com", Reject),
        """
        {
          "default": [
            {
              "type": "insecureAcceptAnything"
            }
          ]
        }
        """,
        """
        {
          "default": [
            {
              "type": "insecureAcceptAnything"
            }
          ],
          "transports": {
            "docker": {
              "registry.example.com": [
                {
                  "type": "reject"
                }
              ]
            }
          }
        }
        """);

    [Theory]
    [InlineData("""    "transports": {}""")]
    [InlineData("""    "transports": { }""")]
    [InlineData("    \"transports\": {\n    }")]
    [InlineData("    \"transports\": {\n\n    }")]
    public void Empty_transports_are_opened(string transports) => Golden(
        static e => e.SetScope("docker", "a.b", Signed),
        $$"""
        {
            "default": [{"type": "insecureAcceptAnything"}],
        {{transports}}
        }
        """,
        """
        {
            "default": [{"type": "insecureAcceptAnything"}],
            "transports": {
                "docker": {
                    "a.b": [
                        {
                            "type": "signedBy",
                            "keyType": "GPGKeys",
                            "keyPath": "/k"
                        }
                    ]
                }
            }
        }
        """);

    [Fact]
    public void An_empty_transport_is_opened_and_closed()
    {
        const string Empty =
            """
            {
            	"transports": {
            		"dir": {},
            		"docker": {}
            	},
            	"default": [
            		{
            			"type": "reject"
            		}
            	]
            }
            """;
        const string Open =
            """
            {
            	"transports": {
            		"dir": {},
            		"docker": {
            			"a.b": [
            				{
            					"type": "reject"
            				}
            			]
            		}
            	},
            	"default": [
            		{
            			"type": "reject"
            		}
            	]
            }
            """;
        Golden(static e => e.SetScope("docker", "a.b", Reject), Empty, Open);
        Golden(static e => e.RemoveScope("docker", "a.b"), Open, Empty);
    }

    // The policy.json of containers-common in Debian and of skopeo's own repository, tabs and blanks and all.
    [Fact]
    public void The_mixed_layout_of_skopeos_default_policy_is_imitated() => Golden(
        static e =>
        {
            e.SetScope("docker", "registry.example.com", Reject);
            e.SetScope("docker", "registry.example.com/app", Signed);
        },
        "{\n    \"default\": [\n\t{\n\t    \"type\": \"insecureAcceptAnything\"\n\t}\n    ],\n    \"transports\":\n\t{\n\t    " +
            "\"docker-daemon\":\n\t\t{\n\t\t    \"\": [{\"type\":\"insecureAcceptAnything\"}]\n\t\t}\n\t}\n}\n",
        "{\n    \"default\": [\n\t{\n\t    \"type\": \"insecureAcceptAnything\"\n\t}\n    ],\n    \"transports\":\n\t{\n\t    " +
            "\"docker-daemon\":\n\t\t{\n\t\t    \"\": [{\"type\":\"insecureAcceptAnything\"}]\n\t\t},\n\t    \"docker\":\n\t\t{\n\t\t    " +
            "\"registry.example.com\": [{\"type\":\"reject\"}],\n" +
        "\t\t    \"registry.example.com/app\": [\n\t\t        {\n\t\t            \"type\": \"signedBy\",\n\t\t            \"keyType\": " +
            "\"GPGKeys\",\n\t\t            \"keyPath\": \"/k\"\n\t\t        }\n\t\t    ]\n\t\t}\n\t}\n}\n");

    [Theory]
    [InlineData("""{"default":[{"type":"reject"}]}""", """{"default":[{"type":"reject"}],"transports":{"docker":{"a":[{"type":"signedBy","keyType":"GPGKeys","keyPath":"/k"}],"b":[{"type":"reject"}]}}}""")]
    [InlineData("""{"default": [{"type": "reject"}]}""",
        """{"default": [{"type": "reject"}], "transports": {"docker": {"a": """ +
        """[{"type": "signedBy", "keyType": "GPGKeys", "keyPath": "/k"}], "b": [{"type": "reject"}]}}}""")]
    [InlineData("""{ "default": [ { "type": "reject" } ] }""",
        """{ "default": [ { "type": "reject" } ], "transports": {"docker": {"a": [ """ +
        """{ "type": "signedBy", "keyType": "GPGKeys", "keyPath": "/k" } ], "b": [ { "type": "reject" } ]}} }""")]
    [InlineData("""{"default":[{"type":"reject"}],"transports":{}}""", """{"default":[{"type":"reject"}],"transports":{"docker":{"a":[{"type":"signedBy","keyType":"GPGKeys","keyPath":"/k"}],"b":[{"type":"reject"}]}}}""")]
    [InlineData("""{"transports":{"docker":{}},"default":[{"type":"reject"}]}""" + "\n", """{"transports":{"docker":{"a":[{"type":"signedBy","keyType":"GPGKeys","keyPath":"/k"}],"b":[{"type":"reject"}]}},"default":[{"type":"reject"}]}""" + "\n")]
    public void One_line_stays_one_line(string before, string expected) => Golden(
        static e =>
        {
            e.SetScope("docker", "a", Signed);
            e.SetScope("docker", "b", Reject);
        },
        before,
        expected);

    [Fact]
    public void Short_lists_in_one_line_are_imitated_and_long_ones_are_not() => Golden(
        static e =>
        {
            e.SetScope("docker", "c", Accept);
            e.SetScope("docker", "a", Signed);
            e.SetScope("docker", "b", Reject);
        },
        """
        {
            "default": [{"type": "reject"}],
            "transports": {
                "docker": {
                    "a": [{"type": "reject"}],
                    "b": [
                        {
                            "type": "sigstoreSigned",
                            "keyPath": "/s"
                        }
                    ]
                }
            }
        }
        """,
        """
        {
            "default": [{"type": "reject"}],
            "transports": {
                "docker": {
                    "a": [
                        {
                            "type": "signedBy",
                            "keyType": "GPGKeys",
                            "keyPath": "/k"
                        }
                    ],
                    "b": [
                        {
                            "type": "reject"
                        }
                    ],
                    "c": [{"type": "insecureAcceptAnything"}]
                }
            }
        }
        """);

    [Fact]
    public void Scopes_on_one_line_stay_on_it() => Golden(
        static e =>
        {
            e.SetScope("docker", "c", Reject);
            e.RemoveScope("docker", "a");
            e.SetScope("dir", "/x", Reject);
        },
        """
        {
          "default": [{"type": "reject"}],
          "transports": {
            "docker": {"a": [{"type": "reject"}], "b": [{"type": "reject"}]},
            "dir": { "": [{"type": "reject"}] }
          }
        }
        """,
        """
        {
          "default": [{"type": "reject"}],
          "transports": {
            "docker": {"b": [{"type": "reject"}], "c": [{"type": "reject"}]},
            "dir": { "": [{"type": "reject"}], "/x": [{"type": "reject"}] }
          }
        }
        """);

    [Fact]
    public void Commas_at_the_beginning_of_lines_stay_there()
    {
        const string Two = "{ \"default\": [{\"type\": \"reject\"}]\n, \"transports\":\n  { \"docker\":\n    { \"a\": [{\"type\": " +
            "\"reject\"}]\n    , \"b\": [{\"type\": \"reject\"}]\n    }\n  }\n}\n";
        const string Three = "{ \"default\": [{\"type\": \"reject\"}]\n, \"transports\":\n  { \"docker\":\n    { \"a\": [{\"type\": " +
            "\"reject\"}]\n    , \"b\": [{\"type\": \"reject\"}]\n    , \"c\": [{\"type\": \"reject\"}]\n    }\n  }\n}\n";
        Golden(static e => e.SetScope("docker", "c", Reject), Two, Three);
        Golden(static e => e.RemoveScope("docker", "c"), Three, Two);
    }

    [Fact]
    public void White_space_at_line_ends_stays()
    {
        const string Before = "{ \n  \"default\": [{\"type\": \"reject\"}] , \t\n  \"transports\": { \n    \"docker\": {  \n      \"a\": " +
            "[{\"type\": \"reject\"}] \t\n    }   \n  }    \n}     \n";
        const string After = "{ \n  \"default\": [{\"type\": \"reject\"}] , \t\n  \"transports\": { \n    \"docker\": {  \n      \"a\": " +
            "[{\"type\": \"reject\"}] \t,\n      \"b\": [{\"type\": \"reject\"}]\n    }   \n  }    \n}     \n";
        Golden(static e => e.SetScope("docker", "b", Reject), Before, After);
        Golden(static e => e.RemoveScope("docker", "b"), After, Before);
    }

    [Fact]
    public void Removing_scopes_takes_their_lines_only()
    {
        const string Before =
            """
            {
                "default": [{"type": "reject"}],
                "transports": {
                    "docker": {
                        "a": [{"type": "reject"}],  
                        "b": [
                            {"type": "reject"}
                        ],

                        "c": [{"type": "reject"}]
                    }
                }
            }
            """;
        Golden(static e => e.RemoveScope("docker", "a"), Before,
            Before.Replace("            \"a\": [{\"type\": \"reject\"}],  \n", "", StringComparison.Ordinal));
        Golden(static e => e.RemoveScope("docker", "b"), Before,
            Before.Replace("            \"b\": [\n                {\"type\": \"reject\"}\n            ],\n", "", StringComparison.Ordinal));
        Golden(static e => e.RemoveScope("docker", "c"), Before,
            Before.Replace("            ],\n\n            \"c\": [{\"type\": \"reject\"}]\n", "            ]\n", StringComparison.Ordinal));
    }

    [Fact]
    public void The_default_is_replaced_in_its_place()
    {
        Golden(static e => e.SetDefault(Reject), Encoding.UTF8.GetString(DefaultPolicy.Text), Encoding.UTF8.GetString(DefaultPolicy.Text)
            .Replace("[\n        {\n            \"type\": \"insecureAcceptAnything\"", "[\n        {\n            \"type\": \"reject\"",
            StringComparison.Ordinal));
        Golden(static e => e.SetDefault(Reject), """{"default":[{"type":"insecureAcceptAnything"}] , "transports" : {} }""",
            """{"default":[{"type":"reject"}] , "transports" : {} }""");
    }

    [Fact]
    public void A_value_that_begins_in_the_midst_of_a_line_is_indented_from_where_it_ends() => Golden(
        static e => e.SetDefault(Signed),
        """
          {"default": [
              {"type": "reject"}
            ], "transports": {}
          }
        """,
        """
          {"default": [
                  {
                        "type": "signedBy",
                        "keyType": "GPGKeys",
                        "keyPath": "/k"
                  }
            ], "transports": {}
          }
        """);

    [Fact]
    public void Names_are_escaped_as_little_as_possible()
    {
        string after = PolicyText.Edit("""{"default":[{"type":"reject"}]}""",
            static e => e.SetScope("docker", "a\"b\\c\u0001<&'é\ud83d\ude00", [new SignedByRequirement { KeyPath = "/<&'é\"\n" }]));
        Assert.Contains("\"a\\\"b\\\\c\\u0001<&'é", after, StringComparison.Ordinal);
        Assert.Contains("/<&'é\\\"\\n", after, StringComparison.Ordinal);
    }

    private static void Golden(Action<PolicyEditor> change, string before, string expected) =>
        Assert.Equal(expected, PolicyText.Edit(before, change));
}
