/** How captions are learned, as a specification says it. */
import { requireShare } from '../../tools/train/spec.ts'
import type { NetworkSpec } from '../network-of.ts'

/** The words of a training run. */
export interface CaptionSpec {
  /** What makes tokens of captions: words that occur in the captions, or the tokeniser of this folder or file; and its checksum. */
  readonly tokenizer: { readonly path?: string | undefined; readonly sum: string }
  /** The text encoder: its class and configuration. */
  readonly encoder: NetworkSpec
  /** Further ones beside it, whose vectors follow its own. */
  readonly others?: readonly NetworkSpec[] | undefined
  /**
   * Set where the encoder is not trained: the folder that it is from, unless it was given in memory, and its checksum; and whether all
   * encoders of the model in that folder are meant, as the model uses them.
   */
  readonly frozen?:
    | { readonly path?: string | undefined; readonly sum: string; readonly whole?: boolean | undefined }
    | undefined
  /** The probability with which a caption is left out. */
  readonly dropout: number
  /** The probability with which each keyword of a caption, between commas, is left out; default 0. */
  readonly keywordDropout?: number | undefined
  /** Whether the keywords of a caption are shuffled; default not. */
  readonly shuffle?: boolean | undefined
  /** So many keywords in front stay where they are; default 0. */
  readonly keepKeywords?: number | undefined
  /** The w of guidance that the model's folder recommends; 0: none. */
  readonly guidance: number
}

/** Refuses impossible numbers. @throws TweedieError `usage` that names the field */
export function checkCaptionSpec({ dropout, keywordDropout = 0 }: CaptionSpec): void {
  requireShare('caption dropout', dropout)
  requireShare('keyword dropout', keywordDropout)
}
