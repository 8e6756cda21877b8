/** An example as a module of the site. */
import { transformSync } from 'esbuild'
import type { Bundled } from './bundle.ts'
import type { Decision } from './decide.ts'
import type { Example } from './find.ts'

/** The example as JavaScript, with the imports that it leaves out, from the site's own files. */
export function moduleOf(
  { code, given = '' }: Pick<Example, 'code' | 'given'>,
  decision: Decision & { readonly runs: true },
  bundled: Bundled,
): string {
  const added = [...decision.imports].map(([entry, names]) => `import { ${names.join(', ')} } from '${entry}'\n`)
  const source = `${added.join('')}${given}\n${code}`
  const { code: script } = transformSync(source, { loader: 'ts', format: 'esm', target: 'es2022' })
  const [imports, rest] = splitImports(script)
  const standing = imports.some((line) => line.includes('nodeEngine')) ? [] : decision.standIns
  const made = standing.length > 0 ? [`import { nodeEngine } from '../package/stand-ins.js'`] : []
  if (standing.includes('engine')) made.push('const engine = await nodeEngine()')
  return [...imports.map((line) => fromSite(line, bundled)), ...made, rest].join('\n')
}

/** Import lines of what esbuild wrote, and the rest. */
function splitImports(script: string): readonly [imports: readonly string[], rest: string] {
  const imports = [...script.matchAll(/^import [^;]*;$/gm)].map(([text]) => text)
  return [imports, imports.reduce((text, line) => text.replace(line, ''), script)]
}

function fromSite(line: string, bundled: Bundled): string {
  return line.replace(/^import ([\s\S]*?) from "(tweedie[\w/-]*)";$/, (_, what: string, entry: string) => {
    const path = `../package/${bundled.get(entry)!.file}`
    if (!/\bnodeEngine\b/.test(what) || bundled.get(entry)!.names.has('nodeEngine'))
      return `import ${what} from '${path}'`
    const others = what.replace(/\s*\bnodeEngine,?\s*/, ' ')
    return `import ${others} from '${path}'\nimport { nodeEngine } from '../package/stand-ins.js'`
  })
}
