/** Names under which people meet hosts without a scheme. Telegram knows some 1,500; a link with a scheme needs none of them. */
const generic =
  'com foo org net edu gov mil int info biz name pro mobi app dev page blog shop store online site website tech xyz top club cloud link live news wiki bot chat email media agency digital design software systems tools space world life works zone run new one art land house money pizza cafe today team studio network world guru ninja rocks onion ton arpa museum travel jobs post tel cat asia coop aero';
const countries =
  'ac ad ae af ag ai al am ao aq ar as at au aw ax az ba bb bd be bf bg bh bi bj bm bn bo br bs bt bw by bz ca cc cd cf cg ch ci ck cl cm cn co cr cu cv cw cx cy cz de dj dk dm do dz ec ee eg er es et eu fi fj fk fm fo fr ga gd ge gf gg gh gi gl gm gn gp gq gr gs gt gu gw gy hk hm hn hr ht hu id ie il im in io iq ir is it je jm jo jp ke kg kh ki km kn kp kr kw ky kz la lb lc li lk lr ls lt lu lv ly ma mc md me mg mh mk ml mm mn mo mp mq mr ms mt mu mv mw mx my mz na nc ne nf ng ni nl no np nr nu nz om pa pe pf pg ph pk pl pm pn pr ps pt pw py qa re ro rs ru rw sa sb sc sd se sg sh si sj sk sl sm sn so sr ss st su sv sx sy sz tc td tf tg th tj tk tl tm tn to tr tt tv tw tz ua ug uk us uy uz va vc ve vg vi vn vu wf ws ye yt za zm zw рф';
const known = new Set(`${generic} ${countries}`.split(' '));

/** Whether a bare `host.<name>` is taken for a link: a known name, unless a capital begins it and small letters follow. */
export const isKnownTopLevelDomain = (name: string): boolean => {
  const lower = name.toLowerCase();
  // `end.In` is two sentences without a space; `.COM` and even `.cOM` are names, as in Telegram's clients.
  const isNextSentence = lower !== name && lower.slice(1) === name.slice(1);
  return !isNextSentence && known.has(lower);
};
