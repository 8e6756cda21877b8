/**
 * Requirements on a text, as typed on the command line: a word at a place, or a class of characters at several places.
 */
import { requireAmong, requireTokens, type TokenRequirement } from '../../diffusion/discrete/index.ts'
import { TweedieError } from '../../errors.ts'
import type { Tokenizer } from '../../files/text/index.ts'

const hint = "a word and its first place, 'love@5', or a class of characters and places, '[A-Z]@0' or '[aeiou]@3-9'"

/** The most places that a text has. */
const mostPlaces = 65_536

/** One class: what would be a longer pattern is none. */
const isClass = /^\[(?:[^\]\\]|\\.)+\]$/su

/**
 * The requirements of `WORD@PLACE` or `[CLASS]@FROM-TO`; places count tokens from 0. Tokens are of a class where their whole text
 * matches it as a regular expression.
 *
 * @throws TweedieError `usage` for a requirement that cannot be parsed, or a class without tokens
 */
export function parseRequirements(text: string, tokenizer: Tokenizer): TokenRequirement[] {
  const [, what, from, to] = /^(.+)@(\d+)(?:-(\d+))?$/su.exec(text) ?? []
  if (what === undefined || from === undefined)
    throw new TweedieError('usage', `\`require\` ${text}: not understood`, { hint })
  if (Number(to ?? from) >= mostPlaces) {
    throw new TweedieError('usage', `\`require\` ${text}: places are below ${mostPlaces}`)
  }
  if (!isClass.test(what)) {
    if (to !== undefined)
      throw new TweedieError('usage', `\`require\` ${text}: a word has one place, its first`, { hint })
    return requireTokens(tokenizer.encode(what), Number(from))
  }
  const allowed = tokensOf(what, tokenizer)
  if (allowed.length === 0) throw new TweedieError('usage', `\`require\` ${text}: no token is in ${what}`)
  const count = Number(to ?? from) - Number(from) + 1
  if (count < 1) throw new TweedieError('usage', `\`require\` ${text}: the last place is before the first`)
  return requireAmong(
    allowed,
    Array.from({ length: count }, (_, i) => Number(from) + i),
  )
}

function tokensOf(characters: string, tokenizer: Tokenizer): number[] {
  let matches: RegExp
  try {
    matches = new RegExp(`^${characters}+$`, 'u')
  } catch (cause) {
    throw new TweedieError('usage', `\`require\` ${characters}: no class of characters`, { hint, cause })
  }
  const all = Array.from({ length: tokenizer.size }, (_, token) => token)
  return all.filter((token) => matches.test(tokenizer.decode([token])))
}
