/* The address in a form, made of a Vietnamese title while it's typed.
 *
 * CKAN's modules slug-preview-target and slug-preview-slug and its jQuery plugin `slug` stay as
 * they are: all of them ask jQuery.url.slugify, which answers by the rules of vietnamese.js on the
 * pages that include this script, and as always on the others.
 */
(function ($, vietnamese) {
  'use strict';

  $.url.slugify = function (string, trim) {
    return trim === false ? vietnamese.typed(string) : vietnamese.slug(string);
  };

  /* CKAN's button "Edit" beside the address is the first of the form, and no plain one: the Enter
   * key in any field would press it instead of saving the page. */
  var preview = $.fn.slugPreview.defaults;
  preview.template = preview.template.replace('<button ', '<button type="button" ');
})(this.jQuery, this.hanoiVietnamese);
