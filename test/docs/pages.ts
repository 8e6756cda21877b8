/** The documentation as data: pages, their fenced blocks, links and the files that they name. */
import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, normalize } from 'node:path'

/** One Markdown file. */
export interface Page {
  /** Its path from the root of the repository. */
  readonly path: string
  readonly text: string
  /** The text without fenced blocks. */
  readonly prose: string
  readonly blocks: readonly Block[]
}

/** A fenced block: three backquotes, then what it is. */
export interface Block {
  /** All that stands after the backquotes: `ts run`, `ts file=src/diffusion/noise/kernel.ts`. */
  readonly info: string
  readonly lines: readonly string[]
  /** The line of the page that it begins at, from 1. */
  readonly line: number
}

/** All pages of docs/ and the Markdown files at the root. */
export function readPages(): readonly Page[] {
  const root = readdirSync('.').filter((name) => name.endsWith('.md'))
  const docs = readdirSync('docs', { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.md'))
    .map((name) => join('docs', name))
  return [...root, ...docs].sort().map((path) => parsePage(path, readFileSync(path, 'utf8')))
}

/** Splits a page into prose and blocks. */
export function parsePage(path: string, text: string): Page {
  const [prose, blocks]: [string[], { info: string; lines: string[]; line: number }[]] = [[], []]
  let open = false
  for (const [index, line] of text.split('\n').entries()) {
    if (line.startsWith('```')) {
      open = !open
      if (open) blocks.push({ info: line.slice(3).trim(), lines: [], line: index + 1 })
    } else if (open) blocks.at(-1)!.lines.push(line)
    else prose.push(line)
  }
  return { path, text, prose: prose.join('\n'), blocks }
}

/** Where the relative links and pictures of a page lead: a path from the root, and a heading's anchor if there is one. */
export function linksOf({ path, prose }: Page): readonly { readonly target: string; readonly anchor?: string }[] {
  const links = [...prose.matchAll(/\]\(([^)\s]+)\)/g)].map((match) => match[1]!)
  return links
    .filter((link) => !/^[a-z]+:/.test(link))
    .map((link) => {
      const [file, anchor] = link.split('#') as [string, string?]
      const target = file === '' ? path : normalize(join(dirname(path), file))
      return { target, ...(anchor && { anchor }) }
    })
}

/** GitHub's anchors of a page's headings. */
export function anchorsOf({ prose }: Page): readonly string[] {
  return [...prose.matchAll(/^#+ (.*)$/gm)].map(([, heading]) =>
    heading!
      .toLowerCase()
      .replace(/[^\p{L}\p{M}\p{N}\p{Pc} -]/gu, '')
      .replaceAll(' ', '-'),
  )
}

/** Files named between backquotes: those in a folder of the repository, and every `name.ts`. */
export function namedFiles({ prose }: Page): readonly string[] {
  const code = [...prose.matchAll(/`([^`]+)`/g)].flatMap((match) => match[1]!.split(/\s+/))
  return code.filter((word) => /^((src|bench|examples|test|docs|bin)\/[\w./-]+|[\w./-]+\.ts)$/.test(word))
}
