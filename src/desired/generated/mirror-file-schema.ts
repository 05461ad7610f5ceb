// Made from schema/mirrors.schema.json by `npm run generate`. Change that, not this.

/**
 * "*", or a map from principal type to principals.
 */
export type PolicyPrincipal =
  | string
  | {
      [k: string]: TextOrList;
    };
/**
 * A text or a list of texts.
 */
export type TextOrList = string | string[];
/**
 * One or more regular expressions (RE2). Each must match a whole tag.
 *
 * @minItems 1
 * @maxItems 50
 */
export type Expressions = string | string[];

/**
 * A mirror file, mirrors.yaml: the container images that a team depends on, and where to mirror them. mirrorform reads every scalar as text unless this schema requires another type, so the tag 1.10 stays 1.10. Text fields also allow numbers here because editors parse 1.10 as a number.
 */
export interface MirrorFileDocument {
  /**
   * Version of the file format. Always 1.
   */
  version: 1;
  /**
   * Name of this mirror file. Each ECR repository that mirrorform creates gets the ownership tag mirrorform=<name>. Mirror files with different names can share an account.
   */
  name: string;
  /**
   * Where images go, by a name of your choice. An image goes to every target unless its entry lists targets.
   */
  targets: {
    [k: string]: TargetDocument;
  };
  repositories?: RepositorySettingsDocument;
  /**
   * How to reach source registries, by host: docker.io, ghcr.io, registry.example.com:5000.
   */
  sources?: {
    [k: string]: SourceDocument;
  };
  /**
   * What mirrorform scan takes into account.
   */
  scan?: {
    /**
     * Images that do not have to be mirrored, as in FROM; * matches any characters: example.com/*, *:local.
     *
     * @minItems 1
     * @maxItems 1000
     *
     * Items: An image name, with * for any characters.
     */
    ignore?: string[];
  };
  /**
   * The entries, most important first: when pulls are limited, images are copied in this order.
   *
   * @minItems 1
   */
  mirrors: MirrorDocument[];
}
/**
 * One target: exactly one of ecr, oci and layout.
 */
export interface TargetDocument {
  /**
   * A private Amazon ECR registry. All keys are optional: {} uses the Region, account and credentials of the AWS defaults.
   */
  ecr?: {
    /**
     * AWS Region (default: AWS_REGION, AWS_DEFAULT_REGION or the profile's Region).
     */
    region?: string;
    /**
     * The 12-digit ID of the AWS account. If the credentials belong to another account, mirrorform stops before it writes.
     */
    account?: string;
    /**
     * A profile in the AWS configuration files.
     */
    profile?: string;
    /**
     * ARN of an IAM role to assume for this target.
     */
    role?: string;
  };
  /**
   * Any other registry, as a URL. Its path is prepended to each repository name. Write http:// to use plain HTTP. Variables are not allowed.
   */
  oci?: string;
  /**
   * A folder of OCI image layouts, one per repository. Must be below the mirror file's folder.
   */
  layout?: string;
  repositories?: RepositorySettingsDocument;
}
/**
 * Settings of ECR repositories. mirrorform does not manage settings that you do not declare.
 */
export interface RepositorySettingsDocument {
  /**
   * MUTABLE, IMMUTABLE, or a default with exceptions: { default: IMMUTABLE, except: [latest, "*-nightly"] }.
   */
  tagMutability?:
    | ("MUTABLE" | "IMMUTABLE")
    | {
        /**
         * Whether tags can be overwritten, unless listed in except.
         */
        default: "MUTABLE" | "IMMUTABLE";
        /**
         * Tags that the opposite applies to; * matches any characters. At most five.
         *
         * @minItems 1
         * @maxItems 5
         *
         * Items: A tag, or a tag pattern with *.
         */
        except?: string[];
      };
  /**
   * Whether ECR scans images on push.
   */
  scanOnPush?: boolean;
  /**
   * AES256, KMS (the key that AWS manages) or { kms: KEY }. Cannot be changed after the repository is created.
   */
  encryption?:
    | ("AES256" | "KMS")
    | {
        /**
         * Alias, ID or ARN of a KMS key.
         */
        kms: string;
      };
  /**
   * Lifecycle policy: a JSON file below the mirror file's folder, the policy itself, or none to remove it.
   */
  lifecyclePolicy?:
    | string
    | {
        /**
         * The rules, each with a different rulePriority.
         *
         * @minItems 1
         * @maxItems 50
         */
        rules: LifecycleRuleDocument[];
      };
  /**
   * Repository policy: a JSON file below the mirror file's folder, the policy itself, or none to remove it.
   */
  policy?:
    | string
    | {
        /**
         * Version of the policy language.
         */
        Version?: "2012-10-17" | "2008-10-17";
        /**
         * An identifier for the policy.
         */
        Id?: string;
        /**
         * A list of statements, or a single statement.
         *
         * @minItems 1
         */
        Statement: PolicyStatementDocument[] | {};
      };
  /**
   * Resource tags of the repository. Other tags are left unchanged. The key mirrorform is reserved for the ownership tag.
   */
  tags?: {
    /**
     * Value of the resource tag.
     */
    [k: string]: string;
  };
  /**
   * true: take ownership of an existing repository that has no ownership tag. A repository that another mirror file owns is never adopted.
   */
  adopt?: boolean;
  pruneTags?: Expressions;
}
/**
 * A rule of a lifecycle policy (Amazon ECR user guide, lifecycle_policy_parameters).
 */
export interface LifecycleRuleDocument {
  /**
   * Order of evaluation, lowest first. Must be unique.
   */
  rulePriority: number;
  /**
   * Description of the rule.
   */
  description?: string;
  /**
   * The images that the rule applies to.
   */
  selection: {
    /**
     * Whether the rule applies to tagged, untagged or any images. tagged requires tagPatternList or tagPrefixList.
     */
    tagStatus: "tagged" | "untagged" | "any";
    /**
     * Tag patterns with *. An image must match all of them.
     *
     * @minItems 1
     *
     * Items: A tag pattern.
     */
    tagPatternList?: string[];
    /**
     * Tag prefixes. An image must match all of them.
     *
     * @minItems 1
     *
     * Items: A tag prefix.
     */
    tagPrefixList?: string[];
    /**
     * Storage class of the images (default: standard).
     */
    storageClass?: "standard" | "archive";
    /**
     * What to count: images, or days since they were pushed, pulled or moved to another storage class.
     */
    countType: "imageCountMoreThan" | "sinceImagePushed" | "sinceImagePulled" | "sinceImageTransitioned";
    /**
     * Unit of countNumber, if countType counts time.
     */
    countUnit?: "days";
    /**
     * Number of images or days.
     */
    countNumber: number;
  };
  /**
   * The action on the images.
   */
  action: {
    /**
     * expire deletes the images; transition moves them to another storage class.
     */
    type: "expire" | "transition";
    /**
     * Storage class of a transition.
     */
    targetStorageClass?: "archive";
  };
}
/**
 * A statement of a repository policy, in the AWS IAM policy language.
 */
export interface PolicyStatementDocument {
  /**
   * An identifier for the statement.
   */
  Sid?: string;
  /**
   * Whether the statement allows or denies.
   */
  Effect: "Allow" | "Deny";
  Principal?: PolicyPrincipal;
  NotPrincipal?: PolicyPrincipal;
  Action?: TextOrList;
  NotAction?: TextOrList;
  Resource?: TextOrList;
  NotResource?: TextOrList;
  /**
   * Conditions: operator, then key, then a value or a list of values.
   */
  Condition?: {
    /**
     * Keys and values for one condition operator.
     */
    [k: string]: {
      [k: string]: TextOrList;
    };
  };
}
/**
 * How to reach one source registry.
 */
export interface SourceDocument {
  /**
   * Another address for this registry, such as a cache: scheme, host and port only. Write http:// to use plain HTTP. Variables are not allowed.
   */
  endpoint?: string;
  /**
   * A folder of OCI image layouts, written by a layout target, to read instead of the registry. No requests are sent to the registry.
   */
  layout?: string;
  /**
   * Registries with the same content. Tags are always resolved at this registry. Content is read by digest from an alternate first, which saves pulls.
   *
   * @minItems 1
   * @maxItems 10
   */
  alternates?: AlternateDocument[];
  /**
   * Number of pulls to keep for others with this account or IP address. mirrorform sends no request that would use them (default: none).
   */
  reserve?: number;
  /**
   * Maximum number of concurrent requests to this registry, and of concurrent blob downloads (default: 12 requests and 6 blobs).
   */
  concurrency?: number;
}
/**
 * Another registry with the same content by digest.
 */
export interface AlternateDocument {
  /**
   * Host, optionally with a path to prepend to each repository: public.ecr.aws/docker, mirror.gcr.io. Credentials of this source are not sent there.
   */
  registry: string;
  /**
   * Globs of the repositories to request there: * does not match a slash, and ** and ? are the only other wildcards (default: library/*, Docker's official images). Do not list private repositories: their names would be sent to the alternate.
   *
   * @minItems 1
   * @maxItems 100
   *
   * Items: A repository glob.
   */
  only?: string[];
}
/**
 * One entry: an image, or several tags of one image.
 */
export interface MirrorDocument {
  /**
   * The image, as for docker pull: python:3.7-slim-buster, ghcr.io/org/app:1.2, redis@sha256:... The default tag is latest, unless the entry has tags.
   */
  image: string;
  /**
   * Several tags of the image: a list, or a tag rule that selects from the source's tags. image must then have neither a tag nor a digest.
   *
   * @minItems 1
   */
  tags?:
    | string[]
    | {
        match?: Expressions;
        exclude?: Expressions;
        /**
         * A version range, as in npm: ">=20 <25", "^1.2", "1.x || 2.x". Drops tags that are not versions.
         */
        semver?: string;
        /**
         * The suffix after the version: alpine for 22.1-alpine. Without this key, semver drops tags with a suffix.
         */
        suffix?: string;
        /**
         * true: also keep prereleases, such as 22-rc1: alpha, beta, rc, pre, dev or snapshot after the version.
         */
        prerelease?: boolean;
        /**
         * true: keep only versions with three numbers, such as 22.1.0 and not its alias 22.1 or 22. Requires semver.
         */
        full?: boolean;
        /**
         * How to sort for newest: semver, pushed (only if the source reports push dates) or name (default: semver with the key semver, otherwise name).
         */
        order?: "semver" | "pushed" | "name";
        /**
         * Keep only this many tags, newest first.
         */
        newest?: number;
        /**
         * Keep only tags pushed within this time: 90d, 12h, 8w. Requires a source that reports push dates.
         */
        maxAge?: string;
        /**
         * true: allow the rule to select no tags, which is otherwise an error.
         */
        allowEmpty?: boolean;
      };
  /**
   * Repository and tag at the target. Placeholders: {registry}, {repository} (library/node), {namespace} (library), {name} (node), {tag}. The default tag is the source's tag. The default repository is the source's repository without library/.
   */
  to?: string;
  /**
   * always: look up the tag at the source in each run. missing: look it up only if the target lacks the tag (default: always).
   */
  refresh?: "always" | "missing";
  /**
   * all: copy the image unchanged. A list: copy only these platforms, in a new index (default: all).
   */
  platforms?: "all" | string[];
  /**
   * false: leave out the attestations that BuildKit added to the image: provenance and SBOMs. If there are any, the target gets a new index (default: true).
   */
  attestations?: boolean;
  /**
   * true: also copy signatures, SBOMs and attestations. types limits them to some artifact types.
   */
  referrers?:
    | boolean
    | {
        /**
         * Artifact types; * matches any characters.
         *
         * @minItems 1
         * @maxItems 50
         *
         * Items: An artifact type.
         */
        types: string[];
      };
  /**
   * How to replace a tag in an immutable repository after it changed at the source: the old image gets a backup tag first.
   */
  replace?: {
    /**
     * The backup tag of the old image. Placeholders: {tag}, {date} (UTC, 20260131), {digest} (the first 12 hexadecimal digits of the old image's digest).
     */
    backup: string;
  };
  /**
   * true: delete tags that this entry could have created and that are no longer declared. ECR only.
   */
  prune?: boolean;
  /**
   * The image's name in `mirrorform uris`, with the ending _URI or _IMAGE (default: a name derived from its repository and tag).
   */
  output?: string;
  /**
   * Names of the targets that this image goes to (default: all).
   *
   * @minItems 1
   * @maxItems 100
   *
   * Items: The name of a target.
   */
  targets?: string[];
  repositories?: RepositorySettingsDocument;
}

/** How scalars are typed: text, unless `scalar` says otherwise. `each` is for every other key of a map. */
export interface Shape {
  scalar?: "integer" | "boolean";
  properties?: Readonly<Record<string, Shape>>;
  each?: Shape;
  items?: Shape;
}

export const mirrorFileShape: Shape = {
  "properties": {
    "version": {
      "scalar": "integer"
    },
    "name": {},
    "targets": {
      "each": {
        "properties": {
          "ecr": {
            "properties": {
              "region": {},
              "account": {},
              "profile": {},
              "role": {}
            }
          },
          "oci": {},
          "layout": {},
          "repositories": {
            "properties": {
              "tagMutability": {
                "properties": {
                  "default": {},
                  "except": {
                    "items": {}
                  }
                }
              },
              "scanOnPush": {
                "scalar": "boolean"
              },
              "encryption": {
                "properties": {
                  "kms": {}
                }
              },
              "lifecyclePolicy": {
                "properties": {
                  "rules": {
                    "items": {
                      "properties": {
                        "rulePriority": {
                          "scalar": "integer"
                        },
                        "description": {},
                        "selection": {
                          "properties": {
                            "tagStatus": {},
                            "tagPatternList": {
                              "items": {}
                            },
                            "tagPrefixList": {
                              "items": {}
                            },
                            "storageClass": {},
                            "countType": {},
                            "countUnit": {},
                            "countNumber": {
                              "scalar": "integer"
                            }
                          }
                        },
                        "action": {
                          "properties": {
                            "type": {},
                            "targetStorageClass": {}
                          }
                        }
                      }
                    }
                  }
                }
              },
              "policy": {
                "properties": {
                  "Version": {},
                  "Id": {},
                  "Statement": {
                    "items": {
                      "properties": {
                        "Sid": {},
                        "Effect": {},
                        "Principal": {
                          "each": {
                            "items": {}
                          }
                        },
                        "NotPrincipal": {
                          "each": {
                            "items": {}
                          }
                        },
                        "Action": {
                          "items": {}
                        },
                        "NotAction": {
                          "items": {}
                        },
                        "Resource": {
                          "items": {}
                        },
                        "NotResource": {
                          "items": {}
                        },
                        "Condition": {
                          "each": {
                            "each": {
                              "items": {}
                            }
                          }
                        }
                      }
                    },
                    "properties": {
                      "Sid": {},
                      "Effect": {},
                      "Principal": {
                        "each": {
                          "items": {}
                        }
                      },
                      "NotPrincipal": {
                        "each": {
                          "items": {}
                        }
                      },
                      "Action": {
                        "items": {}
                      },
                      "NotAction": {
                        "items": {}
                      },
                      "Resource": {
                        "items": {}
                      },
                      "NotResource": {
                        "items": {}
                      },
                      "Condition": {
                        "each": {
                          "each": {
                            "items": {}
                          }
                        }
                      }
                    }
                  }
                }
              },
              "tags": {
                "each": {}
              },
              "adopt": {
                "scalar": "boolean"
              },
              "pruneTags": {
                "items": {}
              }
            }
          }
        }
      }
    },
    "repositories": {
      "properties": {
        "tagMutability": {
          "properties": {
            "default": {},
            "except": {
              "items": {}
            }
          }
        },
        "scanOnPush": {
          "scalar": "boolean"
        },
        "encryption": {
          "properties": {
            "kms": {}
          }
        },
        "lifecyclePolicy": {
          "properties": {
            "rules": {
              "items": {
                "properties": {
                  "rulePriority": {
                    "scalar": "integer"
                  },
                  "description": {},
                  "selection": {
                    "properties": {
                      "tagStatus": {},
                      "tagPatternList": {
                        "items": {}
                      },
                      "tagPrefixList": {
                        "items": {}
                      },
                      "storageClass": {},
                      "countType": {},
                      "countUnit": {},
                      "countNumber": {
                        "scalar": "integer"
                      }
                    }
                  },
                  "action": {
                    "properties": {
                      "type": {},
                      "targetStorageClass": {}
                    }
                  }
                }
              }
            }
          }
        },
        "policy": {
          "properties": {
            "Version": {},
            "Id": {},
            "Statement": {
              "items": {
                "properties": {
                  "Sid": {},
                  "Effect": {},
                  "Principal": {
                    "each": {
                      "items": {}
                    }
                  },
                  "NotPrincipal": {
                    "each": {
                      "items": {}
                    }
                  },
                  "Action": {
                    "items": {}
                  },
                  "NotAction": {
                    "items": {}
                  },
                  "Resource": {
                    "items": {}
                  },
                  "NotResource": {
                    "items": {}
                  },
                  "Condition": {
                    "each": {
                      "each": {
                        "items": {}
                      }
                    }
                  }
                }
              },
              "properties": {
                "Sid": {},
                "Effect": {},
                "Principal": {
                  "each": {
                    "items": {}
                  }
                },
                "NotPrincipal": {
                  "each": {
                    "items": {}
                  }
                },
                "Action": {
                  "items": {}
                },
                "NotAction": {
                  "items": {}
                },
                "Resource": {
                  "items": {}
                },
                "NotResource": {
                  "items": {}
                },
                "Condition": {
                  "each": {
                    "each": {
                      "items": {}
                    }
                  }
                }
              }
            }
          }
        },
        "tags": {
          "each": {}
        },
        "adopt": {
          "scalar": "boolean"
        },
        "pruneTags": {
          "items": {}
        }
      }
    },
    "sources": {
      "each": {
        "properties": {
          "endpoint": {},
          "layout": {},
          "alternates": {
            "items": {
              "properties": {
                "registry": {},
                "only": {
                  "items": {}
                }
              }
            }
          },
          "reserve": {
            "scalar": "integer"
          },
          "concurrency": {
            "scalar": "integer"
          }
        }
      }
    },
    "scan": {
      "properties": {
        "ignore": {
          "items": {}
        }
      }
    },
    "mirrors": {
      "items": {
        "properties": {
          "image": {},
          "tags": {
            "properties": {
              "match": {
                "items": {}
              },
              "exclude": {
                "items": {}
              },
              "semver": {},
              "suffix": {},
              "prerelease": {
                "scalar": "boolean"
              },
              "full": {
                "scalar": "boolean"
              },
              "order": {},
              "newest": {
                "scalar": "integer"
              },
              "maxAge": {},
              "allowEmpty": {
                "scalar": "boolean"
              }
            },
            "items": {}
          },
          "to": {},
          "refresh": {},
          "platforms": {
            "items": {}
          },
          "attestations": {
            "scalar": "boolean"
          },
          "referrers": {
            "scalar": "boolean",
            "properties": {
              "types": {
                "items": {}
              }
            }
          },
          "replace": {
            "properties": {
              "backup": {}
            }
          },
          "prune": {
            "scalar": "boolean"
          },
          "output": {},
          "targets": {
            "items": {}
          },
          "repositories": {
            "properties": {
              "tagMutability": {
                "properties": {
                  "default": {},
                  "except": {
                    "items": {}
                  }
                }
              },
              "scanOnPush": {
                "scalar": "boolean"
              },
              "encryption": {
                "properties": {
                  "kms": {}
                }
              },
              "lifecyclePolicy": {
                "properties": {
                  "rules": {
                    "items": {
                      "properties": {
                        "rulePriority": {
                          "scalar": "integer"
                        },
                        "description": {},
                        "selection": {
                          "properties": {
                            "tagStatus": {},
                            "tagPatternList": {
                              "items": {}
                            },
                            "tagPrefixList": {
                              "items": {}
                            },
                            "storageClass": {},
                            "countType": {},
                            "countUnit": {},
                            "countNumber": {
                              "scalar": "integer"
                            }
                          }
                        },
                        "action": {
                          "properties": {
                            "type": {},
                            "targetStorageClass": {}
                          }
                        }
                      }
                    }
                  }
                }
              },
              "policy": {
                "properties": {
                  "Version": {},
                  "Id": {},
                  "Statement": {
                    "items": {
                      "properties": {
                        "Sid": {},
                        "Effect": {},
                        "Principal": {
                          "each": {
                            "items": {}
                          }
                        },
                        "NotPrincipal": {
                          "each": {
                            "items": {}
                          }
                        },
                        "Action": {
                          "items": {}
                        },
                        "NotAction": {
                          "items": {}
                        },
                        "Resource": {
                          "items": {}
                        },
                        "NotResource": {
                          "items": {}
                        },
                        "Condition": {
                          "each": {
                            "each": {
                              "items": {}
                            }
                          }
                        }
                      }
                    },
                    "properties": {
                      "Sid": {},
                      "Effect": {},
                      "Principal": {
                        "each": {
                          "items": {}
                        }
                      },
                      "NotPrincipal": {
                        "each": {
                          "items": {}
                        }
                      },
                      "Action": {
                        "items": {}
                      },
                      "NotAction": {
                        "items": {}
                      },
                      "Resource": {
                        "items": {}
                      },
                      "NotResource": {
                        "items": {}
                      },
                      "Condition": {
                        "each": {
                          "each": {
                            "items": {}
                          }
                        }
                      }
                    }
                  }
                }
              },
              "tags": {
                "each": {}
              },
              "adopt": {
                "scalar": "boolean"
              },
              "pruneTags": {
                "items": {}
              }
            }
          }
        }
      }
    }
  }
};
