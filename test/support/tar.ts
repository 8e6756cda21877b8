/** .tar files for tests, as POSIX has them. */

const encoder = new TextEncoder()

/** A .tar of files by name, in the order given; names of over 100 bytes by GNU's extension. */
export function tarOf(files: Readonly<Record<string, Uint8Array | string>>): Uint8Array {
  const parts = Object.entries(files).flatMap(([name, content]) => {
    const bytes = typeof content === 'string' ? encoder.encode(content) : content
    const long = encoder.encode(name).length > 100
    return [...(long ? entry('././@LongLink', encoder.encode(`${name}\0`), 'L') : []), ...entry(name, bytes, '0')]
  })
  return new Uint8Array(Buffer.concat([...parts, new Uint8Array(1024)]))
}

function entry(name: string, content: Uint8Array, kind: string): Uint8Array[] {
  const head = new Uint8Array(512)
  const put = (at: number, text: string): void => head.set(encoder.encode(text), at)
  put(0, Buffer.from(name).subarray(0, 100).toString())
  put(100, '0000644\0')
  put(108, '0000000\0')
  put(116, '0000000\0')
  put(124, `${content.length.toString(8).padStart(11, '0')}\0`)
  put(136, '00000000000\0')
  put(148, '        ')
  put(156, kind)
  put(257, 'ustar\x0000')
  const sum = head.reduce((all, byte) => all + byte, 0)
  put(148, `${sum.toString(8).padStart(6, '0')}\0 `)
  return [head, content, new Uint8Array((512 - (content.length % 512)) % 512)]
}
