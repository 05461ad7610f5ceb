// Made from schema/mirrors.schema.json by `npm run generate`. Change that, not this.

/**
 * "*", or a map of kinds of principals.
 */
export type PolicyPrincipal =
  | string
  | {
      [k: string]: TextOrList;
    };
/**
 * One text, or a list of texts.
 */
export type TextOrList = string | string[];
/**
 * One regular expression, or several. Each has to match the whole of a tag.
 *
 * @minItems 1
 * @maxItems 50
 */
export type Expressions = string | string[];

/**
 * mirrors.yaml: which container images a team depends on, and where each should live. mirrorform reads every scalar as text unless this schema says otherwise, so that a tag 1.10 stays 1.10; text fields admit numbers here because editors read them so.
 */
export interface MirrorFileDocument {
  /**
   * The version of this file's format. Always 1.
   */
  version: 1;
  /**
   * Marks what this file owns: a repository that mirrorform creates carries the resource tag mirrorform=<name>. Two files with different names can share an account.
   */
  name: string;
  /**
   * Where the images go, by a name of your choice. An image goes to each target, unless its entry names some.
   */
  targets: {
    [k: string]: TargetDocument;
  };
  repositories?: RepositorySettingsDocument;
  /**
   * How registries that images come from are reached, by registry host: docker.io, ghcr.io, registry.example.com:5000.
   */
  sources?: {
    [k: string]: SourceDocument;
  };
  /**
   * The images, most important first: the order is the priority when the pull allowance is short.
   *
   * @minItems 1
   */
  mirrors: MirrorDocument[];
}
/**
 * One place that images go to: exactly one of ecr, oci and layout.
 */
export interface TargetDocument {
  /**
   * A private Amazon ECR registry. Everything in it is optional: {} takes Region, account and credentials from the AWS defaults.
   */
  ecr?: {
    /**
     * The AWS Region. Otherwise AWS_REGION, AWS_DEFAULT_REGION or the profile says it.
     */
    region?: string;
    /**
     * The 12 digits of the AWS account that the credentials must be for; with others mirrorform stops before it writes.
     */
    account?: string;
    /**
     * A profile of the AWS configuration files.
     */
    profile?: string;
    /**
     * The ARN of an IAM role to assume for this target.
     */
    role?: string;
  };
  /**
   * Any other registry, as a URL; its path is put before each repository. http:// is used only when written. No variables here.
   */
  oci?: string;
  /**
   * A folder with OCI image layouts, below the mirror file's own: one layout for each repository.
   */
  layout?: string;
  repositories?: RepositorySettingsDocument;
}
/**
 * Settings of ECR repositories. A setting that is not here is not managed.
 */
export interface RepositorySettingsDocument {
  /**
   * MUTABLE or IMMUTABLE; or a default with the tags that are excepted from it: { default: IMMUTABLE, except: [latest, "*-nightly"] }.
   */
  tagMutability?:
    | ("MUTABLE" | "IMMUTABLE")
    | {
        /**
         * Whether tags in general can be moved to another image.
         */
        default: "MUTABLE" | "IMMUTABLE";
        /**
         * The tags for which the opposite holds; * stands for any characters. At most five.
         *
         * @minItems 1
         * @maxItems 5
         *
         * Items: A tag, or a pattern of tags with *.
         */
        except?: string[];
      };
  /**
   * Whether ECR scans each image when it is pushed.
   */
  scanOnPush?: boolean;
  /**
   * AES256, KMS (with the key that AWS manages), or { kms: KEY }. Fixed when the repository is created.
   */
  encryption?:
    | ("AES256" | "KMS")
    | {
        /**
         * The alias, the id or the ARN of a KMS key.
         */
        kms: string;
      };
  /**
   * Which images ECR expires: a JSON file below this file's folder, the policy written here, or none. Not managed unless said; none removes it.
   */
  lifecyclePolicy?:
    | string
    | {
        /**
         * The rules, each with a priority of its own.
         *
         * @minItems 1
         * @maxItems 50
         */
        rules: LifecycleRuleDocument[];
      };
  /**
   * Who may use the repository: a JSON file below this file's folder, the policy written here, or none. Not managed unless said; none removes it.
   */
  policy?:
    | string
    | {
        /**
         * The version of the policy language.
         */
        Version?: "2012-10-17" | "2008-10-17";
        /**
         * A name for the policy.
         */
        Id?: string;
        /**
         * The statements, or the only one.
         *
         * @minItems 1
         */
        Statement: PolicyStatementDocument[] | {};
      };
  /**
   * Resource tags of the repository. Those not named here are left alone. The tag mirrorform is the owner's mark and cannot be set.
   */
  tags?: {
    /**
     * The value of a resource tag.
     */
    [k: string]: string;
  };
  /**
   * true: a repository that exists and has no mirror file's mark is taken over. One with another file's mark never is.
   */
  adopt?: boolean;
  pruneTags?: Expressions;
}
/**
 * One rule of a lifecycle policy (Amazon ECR user guide, lifecycle_policy_parameters).
 */
export interface LifecycleRuleDocument {
  /**
   * The order in which rules are applied, lowest first; no two rules share one.
   */
  rulePriority: number;
  /**
   * What the rule is for.
   */
  description?: string;
  /**
   * Which images the rule holds for.
   */
  selection: {
    /**
     * Whether the rule is for images with tags, without, or any. tagged needs tagPatternList or tagPrefixList.
     */
    tagStatus: "tagged" | "untagged" | "any";
    /**
     * Patterns of tags, with *; an image must have all of them.
     *
     * @minItems 1
     *
     * Items: A pattern of tags.
     */
    tagPatternList?: string[];
    /**
     * Beginnings of tags; an image must have all of them.
     *
     * @minItems 1
     *
     * Items: The beginning of a tag.
     */
    tagPrefixList?: string[];
    /**
     * The storage class of the images. standard, unless said.
     */
    storageClass?: "standard" | "archive";
    /**
     * What is counted: images, or days since they were pushed, pulled or moved to another storage class.
     */
    countType: "imageCountMoreThan" | "sinceImagePushed" | "sinceImagePulled" | "sinceImageTransitioned";
    /**
     * The unit of countNumber where time is counted.
     */
    countUnit?: "days";
    /**
     * How many images, or how many days.
     */
    countNumber: number;
  };
  /**
   * What happens to the images.
   */
  action: {
    /**
     * expire deletes the images; transition moves them to another storage class.
     */
    type: "expire" | "transition";
    /**
     * The storage class for transition.
     */
    targetStorageClass?: "archive";
  };
}
/**
 * One statement of a repository policy, in the language of AWS IAM.
 */
export interface PolicyStatementDocument {
  /**
   * A name for the statement.
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
   * When the statement holds: operator, then key, then one value or a list.
   */
  Condition?: {
    /**
     * The keys and values of one condition operator.
     */
    [k: string]: {
      [k: string]: TextOrList;
    };
  };
}
/**
 * How one registry that images come from is reached.
 */
export interface SourceDocument {
  /**
   * Another address for this registry, such as a cache: scheme, host and port, nothing more. http:// is used only when written. No variables here.
   */
  endpoint?: string;
  /**
   * A folder that a target's layout was written to, read in place of the registry: nothing is asked of any host.
   */
  layout?: string;
  /**
   * Registries that have the same content. Tags are resolved here; bytes are read there first, by digest, which costs no pull here.
   *
   * @minItems 1
   * @maxItems 10
   */
  alternates?: AlternateDocument[];
  /**
   * Pulls that are always left for others on this account or address: no request is begun that would go below. None unless said.
   */
  reserve?: number;
  /**
   * How many small requests (manifests, tags, look-ups) to this registry may run at once, and apart from them how many blobs are read from it at once. Unless said: 12 requests and 6 blobs.
   */
  concurrency?: number;
}
/**
 * Another registry with the same content, by digest.
 */
export interface AlternateDocument {
  /**
   * Host, with the path that stands before each repository: public.ecr.aws/docker, mirror.gcr.io. No credentials of this source are sent there.
   */
  registry: string;
  /**
   * Repositories that may be asked for there, as globs in which * does not match a slash. Docker's official images, library/*, unless said: names of private repositories are nobody else's business.
   *
   * @minItems 1
   * @maxItems 100
   *
   * Items: A glob of repositories.
   */
  only?: string[];
}
/**
 * One image, or several tags of one image.
 */
export interface MirrorDocument {
  /**
   * The image, as for docker pull: python:3.7-slim-buster, ghcr.io/org/app:1.2, redis@sha256:... Without a tag and without tags it is latest.
   */
  image: string;
  /**
   * The tags of the image, which then has neither tag nor digest itself: a list of them, or a rule that chooses among those the source has.
   *
   * @minItems 1
   */
  tags?:
    | string[]
    | {
        match?: Expressions;
        exclude?: Expressions;
        /**
         * A range of versions: ">=20 <25", "^1.2", "1.x || 2.x". Tags that are no versions are dropped.
         */
        semver?: string;
        /**
         * What follows the version: alpine for 22.1-alpine. Without it tags with a suffix are dropped, where semver is given.
         */
        suffix?: string;
        /**
         * true: versions whose rest begins with alpha, beta, rc, pre, dev or snapshot are kept too.
         */
        prerelease?: boolean;
        /**
         * What newest counts by: semver, pushed (where the source gives dates) or name. Unless said semver where semver is given, else name.
         */
        order?: "semver" | "pushed" | "name";
        /**
         * Only so many of the first in that order, the newest first.
         */
        newest?: number;
        /**
         * Only tags pushed within this time: 90d, 12h, 8w. Where the source gives dates.
         */
        maxAge?: string;
        /**
         * true: the rule may choose nothing. Otherwise that is an error.
         */
        allowEmpty?: boolean;
      };
  /**
   * Repository and tag at the target. Placeholders: {registry}, {repository} (library/node), {namespace} (library), {name} (node), {tag}. Without a tag the source's tag is kept; without to the repository is the source's, without library/.
   */
  to?: string;
  /**
   * always (unless said): the tag is resolved at the source each time. missing: the source is asked only when the target lacks the tag.
   */
  refresh?: "always" | "missing";
  /**
   * all (unless said): the image as it is, byte for byte. A list: only these platforms of it, in an index of its own.
   */
  platforms?: "all" | string[];
  /**
   * true: signatures, SBOMs and attestations of the image are copied too. With types only those of these artifact types.
   */
  referrers?:
    | boolean
    | {
        /**
         * Artifact types; * stands for any characters.
         *
         * @minItems 1
         * @maxItems 50
         *
         * Items: An artifact type.
         */
        types: string[];
      };
  /**
   * How a tag that moved upstream enters a repository whose tags are immutable: the old image keeps the backup tag.
   */
  replace?: {
    /**
     * The tag that the old image is given. Placeholders: {tag}, {date} (UTC, 20260131), {digest} (12 hexadecimal digits of the old image).
     */
    backup: string;
  };
  /**
   * true: tags in this entry's repositories that it could have made, and that nothing declares any more, are deleted.
   */
  prune?: boolean;
  /**
   * The name of this image in `mirrorform uris`, in place of the one made from its repository and tag.
   */
  output?: string;
  /**
   * The names of the targets that this image goes to. All of them, unless said.
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
