/* Vietnamese text in the browser, by the rules of ckanext/hanoi/vietnamese: tests/data/slug_cases.json
 * holds both to the same answers. Knows neither CKAN nor the page; Node can require it.
 */
(function (root, factory) {
  'use strict';
  if (typeof module === 'object' && module.exports) {
    module.exports = factory();
  } else {
    root.hanoiVietnamese = factory();
  }
})(this, function () {
  'use strict';

  var MAX_SLUG = 100;
  var RESERVED = ['new', 'edit', 'search'];
  var INVISIBLE = /[\u00ad\u200b\u2060\ufeff]/g;
  var MARKS = /[\u0300-\u036f]+/g;
  var APOSTROPHES = /['\u2018\u2019\u02bc]/g;

  // Latin letters that Unicode does not take apart into a letter of ASCII and marks.
  var LATIN = {
    'đ': 'd', 'ð': 'd', 'ɖ': 'd', 'ɗ': 'd', 'ß': 'ss', 'æ': 'ae', 'œ': 'oe', 'ø': 'o',
    'ł': 'l', 'ħ': 'h', 'ŧ': 't', 'þ': 'th', 'ŋ': 'n', 'ı': 'i', 'ĸ': 'k', 'ƒ': 'f',
    'ə': 'e', 'ɛ': 'e', 'ɔ': 'o', 'ƀ': 'b', 'ɓ': 'b', 'ƙ': 'k', 'ɨ': 'i', 'ʉ': 'u', 'ǥ': 'g'
  };
  var LATIN_LETTERS = new RegExp('[' + Object.keys(LATIN).join('') + ']', 'g');

  function bare(text) {
    return text.normalize('NFKD').replace(MARKS, '');
  }

  function plain(text) {
    var lower = bare(bare(String(text).replace(INVISIBLE, '')).toLowerCase());
    return lower.replace(LATIN_LETTERS, function (letter) { return LATIN[letter]; });
  }

  /* Lower case without accents, đ as d; white space of any length is one space, none at the ends. */
  function fold(text) {
    return plain(text).normalize('NFC').replace(/\s+/g, ' ').trim();
  }

  /* At most `limit` characters, cut between words unless that takes more than half away. */
  function cut(name, limit) {
    if (name.length <= limit) {
      return name;
    }
    var end = name.slice(0, limit + 1).lastIndexOf('-');
    return name.slice(0, end >= Math.floor(limit / 2) ? end : limit);
  }

  function trim(name) {
    return name.replace(/^[-_]+|[-_]+$/g, '');
  }

  /* A name for a dataset's address: "Đường phố Hà Nội" is "duong-pho-ha-noi".
   *
   * Returns 2 to 100 characters of a-z, 0-9, _ and -, or "" where no valid name can be made.
   */
  function slug(text) {
    var name = plain(text).replace(APOSTROPHES, '').replace(/[^a-z0-9_]+/g, '-');
    name = trim(name.replace(/-?(_+)-?/g, '$1'));
    name = trim(cut(name, MAX_SLUG));
    return name.length < 2 || RESERVED.indexOf(name) >= 0 ? '' : name;
  }

  /* What somebody is typing as a name: each character that can't be in one as a hyphen, so that
   * the cursor stays where it is; nothing is taken off at the ends yet.
   */
  function typed(text) {
    return plain(text).replace(/[^a-z0-9_-]/gu, '-').slice(0, MAX_SLUG);
  }

  return {fold: fold, slug: slug, typed: typed};
});
