/**
 * What is done in Redis, each at one stroke. Beside the list there is a mark for each run: the exact text of its entry while that is on
 * the list, then what became of it. Text and mark come, go and get lost together, so no mark says that Redis never had the run or has
 * lost everything. Only what was forgotten for want of memory is looked for among all entries, by `needle`.
 */
const shared = `
  local list, mark = KEYS[1], KEYS[2]
  local function isEntry(known) return known and string.sub(known, 1, 1) == '{' end
  local function find(needle)
    for _, text in ipairs(redis.call('LRANGE', list, 0, -1)) do
      if string.find(text, needle, 1, true) then return text end
    end
    return false
  end
  local function where(known, lifetime)
    if not isEntry(known) then return known or 'unknown' end
    if redis.call('LPOS', list, known) then
      redis.call('EXPIRE', mark, lifetime)
      return 'listed'
    end
    redis.call('SET', mark, 'taken', 'EX', lifetime)
    return 'taken'
  end
`;

/** KEYS: list, mark. ARGV: lifetime, text, needle when it may be there already. However often it runs, the entry is there once. */
export const push = `${shared}
  local lifetime, text, needle = ARGV[1], ARGV[2], ARGV[3]
  local known = redis.call('GET', mark)
  if not known and needle ~= '' then
    known = find(needle)
    if known then redis.call('SET', mark, known, 'EX', lifetime) end
  end
  if known then return where(known, lifetime) end
  redis.call('RPUSH', list, text)
  redis.call('SET', mark, text, 'EX', lifetime)
  return 'listed'`;

/** KEYS: list, mark. ARGV: lifetime, text. Puts the text in the place of the run's entry, if that is still there. */
export const renew = `${shared}
  local lifetime, text = ARGV[1], ARGV[2]
  local known = redis.call('GET', mark)
  if isEntry(known) and known ~= text and redis.call('LINSERT', list, 'BEFORE', known, text) > 0 then
    redis.call('LREM', list, 1, known)
    redis.call('SET', mark, text, 'EX', lifetime)
    return 'listed'
  end
  return where(known, lifetime)`;

/** KEYS: list, mark. ARGV: lifetime. */
export const locate = `${shared}
  return where(redis.call('GET', mark), ARGV[1])`;

/**
 * KEYS: list, mark. ARGV: lifetime, needle, channel, message, `1` when Redis never said that it had the entry. What was taken off, or
 * never came, can't come any more; of anything else somebody may have it, who is told once. Right after a restart of Redis no Worker
 * listens yet, so what nobody has heard may be said again.
 */
export const takeOff = `${shared}
  local lifetime, needle, channel, message, neverSeen = unpack(ARGV)
  local known = redis.call('GET', mark)
  if known == 'off' or known == 'told' then return known end
  local entry = isEntry(known) and known or find(needle)
  local removed = entry and redis.call('LREM', list, 0, entry) or 0
  if removed > 0 or (not known and neverSeen == '1') then
    redis.call('SET', mark, 'off', 'EX', lifetime)
    return 'off'
  end
  if redis.call('PUBLISH', channel, message) == 0 then return 'unheard' end
  redis.call('SET', mark, 'told', 'EX', lifetime)
  return 'told'`;

/** KEYS: list, mark. ARGV: lifetime, needle when the entry may be there without a mark. What comes late finds that it is over. */
export const forget = `${shared}
  local lifetime, needle = ARGV[1], ARGV[2]
  local known = redis.call('GET', mark)
  local entry = isEntry(known) and known or (needle ~= '' and find(needle))
  if entry then redis.call('LREM', list, 0, entry) end
  redis.call('SET', mark, 'off', 'EX', lifetime)
  return 'off'`;

/** KEYS: list, mark. ARGV: lifetime. Takes an entry off that came back together with its mark: Redis has gone back to an earlier state. */
export const retake = `${shared}
  local known = redis.call('GET', mark)
  if isEntry(known) and redis.call('LREM', list, 0, known) > 0 then
    redis.call('SET', mark, 'taken', 'EX', ARGV[1])
    return 1
  end
  return 0`;

/** KEYS: list, marks. ARGV: lifetime. Reads the list once for all of them. */
export const survey = `
  local lifetime = ARGV[1]
  local listed, states = {}, {}
  for _, text in ipairs(redis.call('LRANGE', KEYS[1], 0, -1)) do listed[text] = true end
  for index = 2, #KEYS do
    local mark = KEYS[index]
    local known = redis.call('GET', mark)
    if known and listed[known] then
      redis.call('EXPIRE', mark, lifetime)
      known = 'listed'
    elseif known and string.sub(known, 1, 1) == '{' then
      redis.call('SET', mark, 'taken', 'EX', lifetime)
      known = 'taken'
    end
    states[index - 1] = known or 'unknown'
  end
  return states`;

/** KEYS: list. Whose entries are on it. */
export const jobIds = `
  local found = {}
  for _, text in ipairs(redis.call('LRANGE', KEYS[1], 0, -1)) do
    found[#found + 1] = string.match(text, '"job_id":"([^"]*)"')
  end
  return found`;
