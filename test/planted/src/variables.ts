// Planted: What a variable may be knows no room, and not the configuration that is made of it.
// Expected: noRestrictedImports
import '#notify/channels.ts'
